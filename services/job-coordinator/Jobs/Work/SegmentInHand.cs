namespace Headgate.JobCoordinator.Jobs.Work;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A segment that workers have in hand.</summary>
sealed record SegmentInHand(int object_no, int segment_no, Guid? copy, long rows, bool empty, int round);

/// <summary>A segment that was given up, with what was read of it.</summary>
sealed record AbandonedSegment(long rows, long missing);

/// <summary>An object that has to be planned.</summary>
sealed record UnplannedObject(
    int object_no, Guid? offset_job_id, int? offset_attempt, int next_segment_no, Guid? completed_job_id, int? completed_attempt);

/// <summary>The lowest level on which records wait for others, with all else of it loaded.</summary>
sealed record WaitingLevel(int level, long deferred);

/// <summary>Sums over the segments of a job.</summary>
sealed record SegmentCounts(long written, long inserted, long updated, long unchanged, long rejected, long deleted, long busy);

/// <summary>The same, and when the next delayed segment is due.</summary>
sealed record ProgressCounts(
    long written, long inserted, long updated, long unchanged, long rejected, long deleted, long busy, DateTimeOffset? retry);

/// <summary>Why an object is blocked.</summary>
sealed record BlockedReason(string blocked_code, string blocked_sentence);
