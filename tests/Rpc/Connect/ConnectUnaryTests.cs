using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Calls;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Connect;

public sealed class ConnectUnaryTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Fact]
    public async Task Json_is_answered_with_json()
    {
        var (status, json, response) = await PostAsync("Echo", """{"text":"grüße","number":"9007199254740993"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("grüße", (string?)json["text"]);
        Assert.Equal("9007199254740993", (string?)json["number"]);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("grpc", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Deadline_is_one_for_a_body_that_does_not_come_too()
    {
        using var never = new Pending();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path("Echo"))
        {
            Content = never,
            Headers = { { "Connect-Timeout-Ms", "300" } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await server.Http.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("deadline_exceeded", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]);
    }

    [Fact]
    public async Task Proto_is_answered_with_proto()
    {
        using var content = new ByteArrayContent(new EchoRequest { Text = "a" }.ToByteArray());
        content.Headers.ContentType = new("application/proto");
        using var response = await server.Http.PostAsync(Path("Echo"), content);
        Assert.Equal("application/proto", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("a", EchoResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Text);
    }

    [Fact]
    public async Task Place_of_what_is_amiss_is_not_looked_for_without_end()
    {
        var many = string.Concat(Enumerable.Repeat("\"text\":\"a\",", 5_000));
        using var content = new StringContent($$"""{{{many}}"nothing":1}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(Path("Echo"), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("google.rpc.BadRequest", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gzip_is_understood()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync("""{"text":"z"}"""u8.ToArray());
        using var content = new ByteArrayContent(zipped.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Http.PostAsync(Path("Echo"), content);
        Assert.Contains("\"z\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled, "canceled", 499)]
    [InlineData(StatusCode.Unknown, "unknown", 500)]
    [InlineData(StatusCode.InvalidArgument, "invalid_argument", 400)]
    [InlineData(StatusCode.DeadlineExceeded, "deadline_exceeded", 504)]
    [InlineData(StatusCode.NotFound, "not_found", 404)]
    [InlineData(StatusCode.AlreadyExists, "already_exists", 409)]
    [InlineData(StatusCode.PermissionDenied, "permission_denied", 403)]
    [InlineData(StatusCode.ResourceExhausted, "resource_exhausted", 429)]
    [InlineData(StatusCode.FailedPrecondition, "failed_precondition", 400)]
    [InlineData(StatusCode.Aborted, "aborted", 409)]
    [InlineData(StatusCode.OutOfRange, "out_of_range", 400)]
    [InlineData(StatusCode.Unimplemented, "unimplemented", 501)]
    [InlineData(StatusCode.Internal, "internal", 500)]
    [InlineData(StatusCode.Unavailable, "unavailable", 503)]
    [InlineData(StatusCode.DataLoss, "data_loss", 500)]
    [InlineData(StatusCode.Unauthenticated, "unauthenticated", 401)]
    public async Task Each_status_has_its_name_and_http_status(StatusCode code, string name, int httpStatus)
    {
        var (status, json, response) = await PostAsync("Fail", $$"""{"code":{{(int)code}},"message":"größe"}""");
        Assert.Equal((httpStatus, name, "größe"), ((int)status, (string?)json["code"], (string?)json["message"]));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("because", response.Headers.GetValues("trailer-x-why").Single());
    }

    [Fact]
    public async Task Details_of_an_error_are_in_the_json()
    {
        var (_, json, _) = await PostAsync("Fail", """{"code":9,"message":"no","kind":"details"}""");
        var detail = json["details"]![0]!;
        Assert.Equal("google.rpc.BadRequest", (string?)detail["type"]);
        Assert.Equal("a.b", (string?)detail["debug"]!["fieldViolations"]![0]!["field"]);
        var value = ((string?)detail["value"])!;
        Assert.Equal("is wrong", Google.Rpc.BadRequest.Parser.ParseFrom(Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '='))).FieldViolations[0].Description);
    }

    [Fact]
    public async Task Metadata_is_in_the_headers()
    {
        var (_, json, response) = await PostAsync("Echo", "{}", ("x-want-metadata", "1"), ("x-bytes-bin", "AQI"));
        Assert.Equal("0102", (string?)json["headers"]!["x-bytes-bin"]);
        Assert.Equal("head", response.Headers.GetValues("x-head").Single());
        Assert.Equal("tail", response.Headers.GetValues("trailer-x-tail").Single());
        Assert.Equal("Av4D", response.Headers.GetValues("trailer-x-tail-bin").Single());
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "object")]
    [InlineData("""{"txt":"a"}""", "txt: ")]
    [InlineData("""{"number":"x"}""", "number: ")]
    [InlineData("""{"parts":[{"size":1},{"size":"x"}]}""", "parts[1].size: ")]
    [InlineData("""{"parts":{}}""", "parts: ")]
    [InlineData("""{"inner":{"inner":{"mode":"SILENT"}}}""", "inner.inner.mode: ")]
    [InlineData("""{"pause":"long"}""", "pause: ")]
    [InlineData("""{"sizes":{"a":"b"}}""", "sizes: ")]
    [InlineData("""{"any":{"@type":"type.googleapis.com/no.Such"}}""", "any: ")]
    public async Task Json_that_is_no_message_is_refused_with_the_field(string body, string expected)
    {
        var (status, json, _) = await PostAsync("Echo", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_argument", (string?)json["code"]);
        Assert.Contains(expected, (string?)json["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inner":""", "{}", "}")]
    [InlineData("""{"x":[""", "1", "]}")]
    public async Task Json_that_is_too_deep_is_refused(string open, string core, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 10_000)) + core + string.Concat(Enumerable.Repeat(close, 10_000));
        var (status, json, _) = await PostAsync("Echo", deep);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("depth", (string?)json["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_over_the_limit_is_refused()
    {
        var (status, json, _) = await PostAsync("Echo", $$"""{"text":"{{new string('x', ProbeServer.MaxReceiveSize)}}"}""");
        Assert.Equal((HttpStatusCode.TooManyRequests, "resource_exhausted"), (status, (string?)json["code"]));
    }

    [Fact]
    public async Task Timeout_is_a_deadline_even_if_the_handler_ignores_it()
    {
        var probe = server.Calls.New(out var name);
        var (status, json, _) = await PostAsync("Wait", $$"""{"call":"{{name}}","ignoresCancellation":true}""", ("Connect-Timeout-Ms", "300"));
        Assert.Equal((HttpStatusCode.GatewayTimeout, "deadline_exceeded"), (status, (string?)json["code"]));
        Assert.False(probe.EndedAsync.IsCompleted);
        probe.Release();
        await probe.EndedAsync;
    }

    [Theory]
    [InlineData("Connect-Timeout-Ms", "0", 504)]
    [InlineData("Connect-Timeout-Ms", "x", 400)]
    [InlineData("Connect-Timeout-Ms", "-1", 400)]
    [InlineData("Connect-Timeout-Ms", "12345678901", 400)]
    [InlineData("Connect-Timeout-Ms", "9999999999", 200)]
    [InlineData("Connect-Protocol-Version", "2", 400)]
    [InlineData("Connect-Protocol-Version", "1", 200)]
    [InlineData("grpc-timeout", "nonsense", 200)]
    [InlineData("grpc-encoding", "nonsense", 200)]
    public async Task Headers_of_the_protocol_are_checked(string name, string value, int expected)
    {
        var (status, _, _) = await PostAsync("Echo", "{}", (name, value));
        Assert.Equal(expected, (int)status);
    }

    [Theory]
    [InlineData("Nothing", "application/json", 404)]
    [InlineData("Count", "application/json", 415)]
    [InlineData("Echo", "application/connect+json", 415)]
    [InlineData("Echo", "text/json", 415)]
    [InlineData("Echo", "application/json; charset=latin1", 415)]
    [InlineData("Echo", "application/json; charset=UTF-8", 200)]
    public async Task Methods_and_content_types_have_to_fit(string method, string contentType, int expected)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await server.Http.PostAsync(Path(method), content);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task Client_that_goes_away_cancels_the_handler()
    {
        var probe = server.Calls.New(out var name);
        using var cancel = new CancellationTokenSource();
        var call = server.Http.PostAsync(Path("Wait"), new StringContent($$"""{"call":"{{name}}"}""", Encoding.UTF8, "application/json"), cancel.Token);
        await probe.StartedAsync;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.IsAssignableFrom<OperationCanceledException>(await probe.EndedAsync);
    }

    [Theory]
    [InlineData("1.1", "application/json", "Wait", false)]
    [InlineData("1.1", "application/json", "Wait", true)]
    [InlineData("1.1", "application/connect+json", "Count", false)]
    [InlineData("2.0", "application/json", "Wait", false)]
    [InlineData("2.0", "application/json", "Wait", true)]
    [InlineData("2.0", "application/connect+json", "Count", false)]
    public async Task Client_that_goes_away_is_no_fault(string version, string contentType, string method, bool ignoresCancellation)
    {
        await using var own = await ProbeServer.StartAsync();
        var probe = own.Calls.New(out var name);
        var json = Encoding.UTF8.GetBytes($$"""{"call":"{{name}}","ignoresCancellation":{{(ignoresCancellation ? "true" : "false")}}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(method))
        {
            Version = new Version(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(method == "Wait" ? json : GrpcRequest.FrameOf(json)),
        };
        request.Content.Headers.ContentType = new(contentType);
        using var cancel = new CancellationTokenSource();
        var call = own.Http.SendAsync(request, cancel.Token);
        await probe.StartedAsync;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await probe.CanceledAsync;
        if (ignoresCancellation) probe.Release();
        await probe.EndedAsync;
        await own.StopAsync();
        Assert.DoesNotContain(own.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    internal static string Path(string method) => $"/{ProbeReflection.Descriptor.Services[0].FullName}/{method}";

    async Task<(HttpStatusCode Status, JsonNode Json, HttpResponseMessage Response)> PostAsync(
        string method, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(method)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await server.Http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!, response);
    }

    /// <summary>A body of JSON that is announced, and does not come.</summary>
    sealed class Pending : HttpContent
    {
        readonly CancellationTokenSource _disposed = new();

        public Pending() => Headers.ContentType = new("application/json");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite, _disposed.Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            _disposed.Cancel();
            base.Dispose(disposing);
        }
    }
}
