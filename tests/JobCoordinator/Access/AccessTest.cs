using Grpc.Core;
using Headgate.JobCoordinator.Access;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A server with the real service of keys and a double of that of jobs, of one project with a job, and its administrator.</summary>
public abstract class AccessTest : IAsyncLifetime
{
    protected const string Project = "crm";

    internal AccessServer Server { get; private set; } = null!;

    internal Things Things { get; private set; } = null!;

    internal JobDouble Jobs => Server.Services.GetRequiredService<JobDouble>();

    /// <summary>Of all projects.</summary>
    protected string Admin { get; private set; } = "";

    protected AccessService.AccessServiceClient Keys => new(Server.As(Admin));

    protected JobReference Job => new() { Id = Things.Job };

    private protected virtual void Configure(AccessOptions options)
    {
        // As it comes.
    }

    public virtual async Task InitializeAsync()
    {
        Server = await AccessServer.StartAsync(
            application =>
            {
                application.MapCoordinatorAccess();
                application.MapGrpcService<JobDouble>();
            },
            Configure,
            services => services.AddSingleton<JobDouble>());
        (Admin, var id) = await Server.KeyAsync(Role.Admin, project: null, "admin");
        Things = await Things.OfAsync(Server.Database, Project, id);
    }

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    protected Task<PauseJobResponse> PauseAsync(string? secret, string reason = "", string idempotencyKey = "", JobReference? job = null) =>
        new JobService.JobServiceClient(Server.As(secret))
            .PauseJobAsync(new PauseJobRequest { Job = job ?? Job, Reason = reason, IdempotencyKey = idempotencyKey }).ResponseAsync;

    protected async Task<RpcException> RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<RpcException>(call);
}
