namespace Headgate.Contracts.Records;

/// <summary>
/// Serve a call that gives records: the coordinator holds it, and whoever takes this connects to it and sends them there. Answered with
/// ServingRecords; a request, so whoever asks gives up when nobody answers. Neither job nor record is named here: the work is told over
/// that connection.
/// </summary>
public sealed record ServeRecords
{
    /// <summary>Names the call, and is all that lets one serve it: random, and good once.</summary>
    public required Guid StreamId { get; init; }

    /// <summary>Where the coordinator that holds it is to be met.</summary>
    public required Uri ReplyTo { get; init; }
}
