using System.Diagnostics;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Counts the queries to a database that name something.</summary>
sealed class QueryCount : IDisposable
{
    readonly ActivityListener _listener;
    int _count;

    public QueryCount(string database, string text)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var tags = activity.TagObjects.Select(tag => tag.Value?.ToString() ?? "").ToList();
                if (tags.Contains(database) && tags.Exists(tag => tag.Contains(text, StringComparison.Ordinal))) Interlocked.Increment(ref _count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
