using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Calls;
using Headgate.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>What the .proto files promise is there.</summary>
[Collection(nameof(CommandCollection))]
public sealed class PromisedMethodsTests(CommandBench bench)
{
    static readonly IReadOnlyList<(ServiceDescriptor Service, Type Implementation)> Services =
    [
        (PipelineService.Descriptor, typeof(PipelineCalls)), (JobService.Descriptor, typeof(JobCalls)),
        (RecordService.Descriptor, typeof(RecordCalls)), (AccessService.Descriptor, typeof(AccessCalls)),
    ];

    static IEnumerable<MethodDescriptor> All => Services.SelectMany(each => each.Service.Methods);

    public static TheoryData<string> Methods() => [.. All.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_is_there(string name)
    {
        var (service, implementation) = Services.Single(each => name.StartsWith($"{each.Service.FullName}/", StringComparison.Ordinal));
        var method = implementation.GetMethod(name[(service.FullName.Length + 1)..], BindingFlags.Instance | BindingFlags.Public)!;

        Assert.Equal(implementation, method.DeclaringType);
    }

    [Fact]
    public async Task Health_tells_of_each_service()
    {
        foreach (var service in Services.Select(each => each.Service.FullName).Prepend(""))
            await Eventually.HoldsAsync(async () => await HealthAsync(service) == ServingStatus.Serving);
    }

    static string NameOf(MethodDescriptor method) => $"{method.Service.FullName}/{method.Name}";

    async Task<ServingStatus> HealthAsync(string service) =>
        (await new Health.HealthClient(bench.Channel).CheckAsync(new HealthCheckRequest { Service = service })).Status;
}
