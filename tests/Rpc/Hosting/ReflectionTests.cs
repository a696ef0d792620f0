using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Headgate.Rpc.Tests.Probe;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Headgate.Rpc.Tests.Hosting;

public sealed class ReflectionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    const string Service = "headgate.rpc.testing.v1.ProbeService";

    [Fact]
    public async Task Services_are_listed()
    {
        var response = await AskAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", Service],
            response.ListServicesResponse.Service.Select(service => service.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Service)]
    [InlineData(Service + ".Echo")]
    [InlineData("headgate.rpc.testing.v1.EchoRequest")]
    [InlineData("headgate.rpc.testing.v1.EchoMode")]
    public async Task File_of_a_symbol_comes_with_what_it_imports(string symbol)
    {
        var response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
        var names = response.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name).ToList();
        Assert.Equal("headgate/rpc/testing/v1/probe.proto", names[0]);
        Assert.Contains("google/protobuf/duration.proto", names);
    }

    [Fact]
    public async Task Extensions_are_not_looked_up_and_the_stream_goes_on()
    {
        using var call = new ServerReflection.ServerReflectionClient(shared.Server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal((int)StatusCode.Unimplemented, call.ResponseStream.Current.ErrorResponse.ErrorCode);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = Service });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    public async Task What_is_not_there_is_not_found(string name)
    {
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new ServerReflectionRequest { FileByFilename = name })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new ServerReflectionRequest { FileContainingSymbol = name })).ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task Older_version_answers_the_same()
    {
        using var call = new Alpha.ServerReflection.ServerReflectionClient(shared.Server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { FileByFilename = "headgate/rpc/testing/v1/probe.proto" });
        Assert.True(await call.ResponseStream.MoveNext());
        var file = FileDescriptorProto.Parser.ParseFrom(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.Equal("ProbeService", file.Service.Single().Name);
    }

    async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(shared.Server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current;
    }
}
