using Headgate.Contracts.Comparing;

namespace Headgate.IngestWorker.Comparing;

/// <summary>Of an object of which nothing could be compared.</summary>
static class NoFindings
{
    public static ObjectFindings Of(int objectNo, string why) => new()
    {
        ObjectNo = objectNo,
        Rows = 0,
        Inserts = 0,
        Updates = 0,
        Unchanged = 0,
        Rejected = 0,
        DestinationRows = -1,
        Fields = [],
        RejectsUnknown = why,
    };

    /// <summary>The same where there is something to compare with, and it failed.</summary>
    public static ObjectFindings Failed(int objectNo, string why) => Of(objectNo, why) with { Failure = why };
}
