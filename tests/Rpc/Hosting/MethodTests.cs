using Grpc.Core;
using Grpc.Core.Interceptors;
using Headgate.Rpc.Interception;
using Headgate.Rpc.Methods;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Hosting;

public sealed class MethodTests
{
    [Fact]
    public async Task Check_sees_every_method_with_its_options_before_the_start()
    {
        var roles = new Dictionary<string, string?>();
        await using var server = await ProbeServer.StartAsync(builder => builder.Services.CheckRpcMethods(
            method => roles[method.Method.FullName] = method.Descriptor.GetOptions()?.GetExtension(ProbeExtensions.Role)));
        Assert.Equal("operator", roles["/headgate.rpc.testing.v1.ProbeService/Wait"]);
        Assert.Equal("", roles["/grpc.health.v1.Health/Check"] ?? "");
        Assert.Equal(10, roles.Count);
    }

    [Fact]
    public async Task Check_that_fails_keeps_the_server_from_starting()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ProbeServer.StartAsync(builder => builder.Services.CheckRpcMethods(
            method => throw new InvalidOperationException($"{method.Method.FullName} has no role"))));
        Assert.Contains("has no role", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interceptor_refuses_by_the_option_of_the_method()
    {
        await using var server = await ProbeServer.StartAsync(
            builder => builder.Services.CheckRpcMethods(_ => { }), options => options.Interceptors.Add<RoleInterceptor>());
        var caller = new Testing.V1.ProbeService.ProbeServiceClient(
            server.Channel.Intercept(headers => { headers.Add("x-role", "viewer"); return headers; }));
        Assert.Equal("a", (await caller.EchoAsync(new EchoRequest { Text = "a" })).Text);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await caller.WaitAsync(new WaitRequest()));
        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
        using var stream = server.Client.Count(new CountRequest());
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext())).StatusCode);
    }

    sealed class RoleInterceptor : CallInterceptor
    {
        protected override Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler) =>
            context.GetMethodDescriptor().GetOptions().GetExtension(ProbeExtensions.Role) == context.RequestHeaders.GetValue("x-role")
                ? handler()
                : throw new RpcException(new Status(StatusCode.PermissionDenied, "another role is needed"));
    }
}
