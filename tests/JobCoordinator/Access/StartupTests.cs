using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Headgate.JobCoordinator.Access;
using Headgate.Tests.Servers;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A server with a method that nobody has said anything of does not start.</summary>
public sealed class StartupTests : IAsyncLifetime
{
    TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync("startup");

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Fact]
    public async Task Method_without_the_option_keeps_the_server_from_starting()
    {
        Tampering.Descriptor = Tampering.Of(method => method.Options.ClearExtension(OptionsExtensions.Access));

        var refused = await StartAsync(application => application.MapGrpcService<Tampered>());

        Assert.Contains("does not say who may call it", refused?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.Unspecified, Scope.Key)]
    [InlineData(Role.Admin, Scope.Unspecified)]
    public async Task Option_without_role_or_scope_keeps_the_server_from_starting(Role role, Scope scope)
    {
        Tampering.Descriptor = Tampering.Of(method => method.Options.SetExtension(OptionsExtensions.Access, new V1.Access { Role = role, Scope = scope }));

        var refused = await StartAsync(application => application.MapGrpcService<Tampered>());

        Assert.Contains("does not say who may call it", refused?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Method_of_scope_PROJECT_whose_request_names_nothing_keeps_the_server_from_starting()
    {
        // A copy of the definitions: what is named `id` there is not known to be a key's.
        Tampering.Descriptor = Tampering.Of(_ => { });

        var refused = await StartAsync(application => application.MapGrpcService<Tampered>());

        Assert.Contains("RevokeApiKey has scope PROJECT", refused?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_without_a_proto_keeps_the_server_from_starting()
    {
        Tampering.Descriptor = null;

        var refused = await StartAsync(application => application.MapGrpcService<Tampered>());

        Assert.Contains("is not defined by a proto", refused?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_with_nothing_but_methods_that_say_so_starts() => Assert.Null(await StartAsync(application => application.MapCoordinatorAccess()));

    async Task<Exception?> StartAsync(Action<WebApplication> map)
    {
        var (application, _) = AccessServer.Build(_database.ConnectionString, map);
        await using var _1 = application;
        return await Record.ExceptionAsync(() => application.StartAsync());
    }

    [BindServiceMethod(typeof(Tampering), nameof(Tampering.BindService))]
    public abstract class TamperedBase : AccessService.AccessServiceBase
    {
        // Only methods that the class with the attribute declares itself are found.
        public new virtual Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context) => base.CreateApiKey(request, context);

        public new virtual Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context) => base.ListApiKeys(request, context);

        public new virtual Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context) => base.RevokeApiKey(request, context);
    }

    sealed class Tampered : TamperedBase;

    public static class Tampering
    {
        public static ServiceDescriptor? Descriptor { get; set; }

        public static void BindService(ServiceBinderBase binder, TamperedBase service) => AccessService.BindService(binder, service);

        /// <summary>The definition of AccessService with every method changed.</summary>
        public static ServiceDescriptor Of(Action<MethodDescriptorProto> change)
        {
            var file = AccessServiceReflection.Descriptor.ToProto();
            foreach (var method in file.Service.Single().Method) change(method);
            var registry = new ExtensionRegistry { OptionsExtensions.Access };
            var files = new Dictionary<string, ByteString>(StringComparer.Ordinal);
            AddDependencies(AccessServiceReflection.Descriptor, files);
            return FileDescriptor.BuildFromByteStrings([.. files.Values, file.ToByteString()], registry)[^1].Services.Single();
        }

        static void AddDependencies(FileDescriptor file, Dictionary<string, ByteString> files)
        {
            foreach (var dependency in file.Dependencies)
            {
                AddDependencies(dependency, files);
                files.TryAdd(dependency.Name, dependency.SerializedData);
            }
        }
    }
}
