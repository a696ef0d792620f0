using System.Diagnostics;
using Headgate.Tests.Servers;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>Counts the commands that this process sends to a database.</summary>
public sealed class QueryCount : IDisposable
{
    readonly ActivityListener _listener;
    int _queries;

    public QueryCount(TestDatabase database)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => Equals(tag.Value, database.Name)) && activity.TagObjects.Any(IsText)) Interlocked.Increment(ref _queries);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Queries => Volatile.Read(ref _queries);

    public void Dispose() => _listener.Dispose();

    // To open a connection is no command.
    static bool IsText(KeyValuePair<string, object?> tag) => tag.Key is "db.query.text" or "db.statement";
}
