using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Headgate.JobCoordinator.Access;
using Headgate.Rpc;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Whoever has no key is told so before anything of a body in JSON is read.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    const int Much = 4 * 1024 * 1024;

    AccessServer _server = null!;
    HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await AccessServer.StartAsync(application => application.MapCoordinatorAccess(), services: services => services.AddRpc());
        _http = new HttpClient
        {
            BaseAddress = new Uri(_server.Address),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "NO_KEY")]
    [InlineData("hgk_nobody_has_this", "KEY_NOT_ACCEPTED")]
    public async Task Body_that_never_comes_is_not_waited_for(string? secret, string why)
    {
        using var body = new Unended();

        using var response = await SendAsync(body, secret);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"unauthenticated\"", text, StringComparison.Ordinal);
        Assert.Contains(why, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_body_of_four_MiB_is_wrong_only_with_a_key()
    {
        var wrong = $"{{\"nothing\":\"{new string('x', Much - 100)}\"}}";
        using (var response = await SendAsync(Json(wrong), secret: null)) Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);

        using (var response = await SendAsync(Json(wrong), (await _server.KeyAsync(Role.Admin, project: null)).Secret))
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Wrong_key_counts_once()
    {
        await using var server = await AccessServer.StartAsync(
            application => application.MapCoordinatorAccess(), options => options.WrongKeysPerPeer = 2, services => services.AddRpc());
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests])
        {
            using var response = await SendAsync(Json("{}"), "hgk_nobody_has_this", server.Address);
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task Key_that_is_accepted_is_checked_again_and_its_call_executed()
    {
        using var response = await SendAsync(Json("{}"), (await _server.KeyAsync(Role.Admin, project: null)).Secret);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var refused = await SendAsync(Json("{}"), (await _server.KeyAsync(Role.Viewer, "crm")).Secret);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    async Task<HttpResponseMessage> SendAsync(HttpContent body, string? secret, string? address = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{address ?? _server.Address}/headgate.v1.AccessService/ListApiKeys")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        if (secret is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>A body of 4 MiB of which no more than the beginning comes.</summary>
    sealed class Unended : HttpContent
    {
        public Unended() => Headers.ContentType = new MediaTypeHeaderValue("application/json");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"nothing\":"u8.ToArray());
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Much;
            return true;
        }
    }
}
