using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Doubts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>What a verb works with: the saga's own database context, so that all it writes commits with the state or not at all.</summary>
static class JobScope
{
    public static CoordinatorDbContext Db(this PipeContext context) => Service<CoordinatorDbContext>(context);

    public static CoordinatorOptions Options(this PipeContext context) => Service<IOptions<CoordinatorOptions>>(context).Value;

    public static DateTimeOffset Now(this PipeContext context) => Service<TimeProvider>(context).GetUtcNow();

    /// <summary>How many records a stop by force would leave in doubt, at most; null: none.</summary>
    public static Task<long?> RecordsInFlightAsync(this BehaviorContext<SyncJob> context) =>
        Service<InFlight>(context).OfAsync((NpgsqlConnection)context.Db().Database.GetDbConnection(), context.Saga.CorrelationId);

    static T Service<T>(PipeContext context)
        where T : notnull =>
        context.GetPayload<IServiceProvider>().GetRequiredService<T>();
}
