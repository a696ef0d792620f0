using Headgate.JobCoordinator.Database;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>What a verb works with: the saga's own database context, so that all it writes commits with the state or not at all.</summary>
static class JobScope
{
    public static CoordinatorDbContext Db(this PipeContext context) => Service<CoordinatorDbContext>(context);

    public static CoordinatorOptions Options(this PipeContext context) => Service<IOptions<CoordinatorOptions>>(context).Value;

    public static DateTimeOffset Now(this PipeContext context) => Service<TimeProvider>(context).GetUtcNow();

    static T Service<T>(PipeContext context)
        where T : notnull =>
        context.GetPayload<IServiceProvider>().GetRequiredService<T>();
}
