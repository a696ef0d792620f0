using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Calls;
using Headgate.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>What the .proto files promise is there, or said not to be: never silently missing.</summary>
[Collection(nameof(CommandCollection))]
public sealed class NotYetTests(CommandBench bench)
{
    static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    static readonly IReadOnlyList<(ServiceDescriptor Service, Type Implementation)> Services =
    [
        (PipelineService.Descriptor, typeof(PipelineCalls)), (JobService.Descriptor, typeof(JobCalls)),
        (RecordService.Descriptor, typeof(RecordCalls)), (AccessService.Descriptor, typeof(AccessCalls)),
    ];

    static IEnumerable<MethodDescriptor> All => Services.SelectMany(each => each.Service.Methods);

    public static TheoryData<string> Methods() => [.. All.Select(NameOf)];

    public static TheoryData<string> Missing() => [.. NotYet.Methods.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_is_either_there_or_not_there_yet(string name)
    {
        var (service, implementation) = Services.Single(each => name.StartsWith($"{each.Service.FullName}/", StringComparison.Ordinal));
        var method = implementation.GetMethod(name[(service.FullName.Length + 1)..], BindingFlags.Instance | BindingFlags.Public)!;

        Assert.NotEqual(NotYet.Methods.Contains(name), method.DeclaringType == implementation);
    }

    [Fact]
    public void Only_methods_that_there_are_can_be_missing() => Assert.Empty(NotYet.Methods.Except(All.Select(NameOf), StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task Missing_method_says_so_and_its_health_too(string name)
    {
        var method = All.Single(each => NameOf(each) == name);

        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(method, RequestOf(method)));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Equal($"{name} is not there in this version yet; nothing was done.", error.Status.Detail);
        Assert.Equal(ServingStatus.NotServing, await HealthAsync(name));
    }

    [Fact]
    public async Task Health_is_of_what_is_there()
    {
        foreach (var service in Services.Select(each => each.Service.FullName).Prepend(""))
            await Eventually.HoldsAsync(async () => await HealthAsync(service) == ServingStatus.Serving);
    }

    static string NameOf(MethodDescriptor method) => $"{method.Service.FullName}/{method.Name}";

    async Task<ServingStatus> HealthAsync(string service) =>
        (await new Health.HealthClient(bench.Channel).CheckAsync(new HealthCheckRequest { Service = service })).Status;

    // Access comes first: it lets a request through that names what it is about.
    static IMessage RequestOf(MethodDescriptor method)
    {
        var request = (IMessage)Activator.CreateInstance(method.InputType.ClrType)!;
        foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => !field.IsRepeated))
        {
            if (field.FieldType == FieldType.Message && field.MessageType == PipelineReference.Descriptor)
                field.Accessor.SetValue(request, new PipelineReference { Project = "nowhere", Name = "nowhere" });
            if (field.FieldType == FieldType.Message && field.MessageType == JobReference.Descriptor)
                field.Accessor.SetValue(request, new JobReference { Pipeline = new PipelineReference { Project = "nowhere", Name = "nowhere" } });
            if (field is { FieldType: FieldType.String, Name: "project" }) field.Accessor.SetValue(request, "nowhere");
        }

        return request;
    }

    async Task CallAsync(MethodDescriptor method, IMessage request)
    {
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var call = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, Raw, Raw);
        if (type == MethodType.Unary)
        {
            using var unary = bench.Invoker.AsyncUnaryCall(call, null, default, request.ToByteArray());
            await unary;
            return;
        }

        using var stream = bench.Invoker.AsyncServerStreamingCall(call, null, default, request.ToByteArray());
        while (await stream.ResponseStream.MoveNext(default)) { }
    }
}
