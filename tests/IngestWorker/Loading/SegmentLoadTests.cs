using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Loading;

namespace Headgate.IngestWorker.Tests.Loading;

public sealed class SegmentLoadTests : LoadTest
{
    [Fact]
    public async Task Batches_adapt_follow_one_another_and_are_reported()
    {
        Destination.OnWrite = rows => Time.Advance(TimeSpan.FromMilliseconds(rows / 20.0));

        var loaded = Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(30_000));

        Assert.Equal(30_000, loaded.Counts.Inserted);
        AssertContiguous(30_000);
        Assert.Equal([2_000, 4_000, 4_000], Ledger.Batches.Take(3).Select(batch => batch.Rows));
        Assert.Equal(Ledger.Batches.Select(batch => batch.First + batch.Rows), Reports.Select(counts => counts.Written));
        Assert.All(Reports, counts => Assert.Equal(counts.Written, counts.Inserted));
    }

    [Fact]
    public async Task An_empty_segment_is_loaded()
    {
        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(0));
        Assert.Empty(Ledger.Batches);
    }

    [Fact]
    public async Task A_redelivery_of_what_is_loaded_writes_nothing_and_says_the_same()
    {
        var first = await LoadAsync(5_000);
        var batches = Ledger.Batches.Count;
        Assert.Equal(first, await LoadAsync(5_000));
        Assert.Equal(batches, Ledger.Batches.Count);
    }

    [Fact]
    public async Task A_fence_that_does_not_stand_for_the_job_skips()
    {
        Destination.Skips.Enqueue(SkipReason.Fenced);
        Assert.Equal(new LoadOutcome.Skipped(nameof(SkipReason.Fenced)), await LoadAsync(10));
        Assert.Empty(Ledger.Batches);
    }

    [Fact]
    public async Task A_destination_that_is_another_since_the_launch_fails_the_job()
    {
        Destination.Skips.Enqueue(SkipReason.DestinationChanged);
        Assert.Equal("destination-changed", Assert.IsType<LoadOutcome.Failed>(await LoadAsync(10)).Problem.Code);
        Assert.Empty(Ledger.Batches);
    }

    [Fact]
    public async Task A_segment_in_hand_is_taken_over_if_the_other_delivery_ends_soon()
    {
        Destination.Skips.Enqueue(SkipReason.InHand);
        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10));
    }

    [Fact]
    public async Task A_segment_that_stays_in_hand_is_skipped()
    {
        for (var i = 0; i < 4; i++) Destination.Skips.Enqueue(SkipReason.InHand);
        Assert.IsType<LoadOutcome.Skipped>(await LoadAsync(10));
    }

    [Fact]
    public async Task Bad_records_are_found_and_rejected_and_all_others_written()
    {
        Destination.Bad.UnionWith([0, 1, 777, 4_095, 9_999]);

        var loaded = Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10_000));

        Assert.Equal((9_995, 5), (loaded.Counts.Inserted, loaded.Counts.Rejected));
        AssertContiguous(10_000);
        Assert.Equal([0L, 1, 777, 4_095, 9_999], Ledger.Batches.Where(batch => batch.Rejected).Select(batch => batch.First));
    }

    [Fact]
    public async Task Rejects_are_counted_in_a_window_that_slides_record_by_record_across_messages()
    {
        // Six of any hundred, at the border of two halves of the segment; five anywhere else.
        Destination.Bad.UnionWith([10, 20, 30, 40, 50, 960, 970, 980, 1_010, 1_040, 1_059]);

        var loaded = Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(2_000, rejectsWindow: 100));
        Assert.Equal(6, loaded.RejectPeak);

        // Whoever takes up where another has ended counts those of before.
        Assert.Equal(6, Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(2_000, rejectsWindow: 100)).RejectPeak);
        Assert.Equal(0, Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(2_000)).RejectPeak);
    }

    [Fact]
    public async Task Records_that_wait_for_others_are_no_rejects_yet()
    {
        Destination.Bad.UnionWith([3, 5, 7]);
        Destination.Waiting.UnionWith([3, 5]);
        Assert.Equal(1, Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10, rejectsWindow: 100)).RejectPeak);
    }

    [Fact]
    public async Task A_key_conflict_switches_to_upsert_and_tries_again()
    {
        NewLedger().DirectCopy = true;
        Destination.Troubles.Enqueue(Conflict());

        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10));

        Assert.False(Ledger.DirectCopy);
        AssertContiguous(10);
    }

    [Fact]
    public async Task A_key_conflict_of_an_upsert_fails_instead_of_going_round()
    {
        Destination.Troubles.Enqueue(Conflict());
        Destination.Troubles.Enqueue(Conflict());
        Assert.IsType<LoadOutcome.Failed>(await LoadAsync(10));
    }

    [Fact]
    public async Task Trouble_that_passes_is_tried_again_from_the_ledger()
    {
        for (var i = 0; i < 3; i++) Destination.Troubles.Enqueue(Doubles.MemoryDestination.Trouble());

        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10));

        Assert.Equal([200, 1_000, 3_000], Time.Waits.Select(wait => wait.TotalMilliseconds));
        AssertContiguous(10);
    }

    [Fact]
    public async Task Trouble_that_stays_fails_retryable()
    {
        for (var i = 0; i < 4; i++) Destination.Troubles.Enqueue(Doubles.MemoryDestination.Trouble());
        Assert.True(Assert.IsType<LoadOutcome.Failed>(await LoadAsync(10)).Problem.Retryable);
    }

    [Fact]
    public async Task An_error_that_cannot_be_retried_fails_at_once()
    {
        Destination.Troubles.Enqueue(Doubles.MemoryDestination.Trouble(isRetryable: false));
        Assert.False(Assert.IsType<LoadOutcome.Failed>(await LoadAsync(10)).Problem.Retryable);
        Assert.Empty(Time.Waits);
    }

    [Fact]
    public async Task After_30_seconds_the_rest_is_another_messages()
    {
        Destination.OnWrite = _ => Time.Advance(TimeSpan.FromSeconds(7));

        Assert.IsType<LoadOutcome.Yielded>(await LoadAsync(100_000));
        Assert.Equal(TimeSpan.FromSeconds(35), Time.Elapsed);
        var taken = Ledger.NextRow;

        Destination.OnWrite = _ => { };
        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(100_000));
        Assert.InRange(taken, 1, 99_999);
        AssertContiguous(100_000);
    }

    [Fact]
    public async Task A_ceiling_is_kept_and_no_batch_is_more_than_a_seconds_worth()
    {
        Destination.OnWrite = _ => Time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(5_000, maxRowsPerSecond: 500));

        Assert.All(Ledger.Batches, batch => Assert.InRange(batch.Rows, 1, 500));
        Assert.InRange(Time.Elapsed.TotalSeconds, 9, 10.1);
    }

    [Fact]
    public async Task A_segment_is_paid_for_before_it_is_done()
    {
        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(400, maxRowsPerSecond: 500));

        Assert.Single(Ledger.Batches);
        Assert.InRange(Time.Elapsed.TotalSeconds, 0.79, 0.81);
    }

    [Fact]
    public async Task A_worker_that_stops_aborts_and_the_next_goes_on()
    {
        using var stop = new CancellationTokenSource();
        Destination.OnWrite = _ => { if (Ledger.Batches.Count == 2) stop.Cancel(); };

        Assert.IsType<LoadOutcome.Aborted>(await LoadAsync(20_000, cancellationToken: stop.Token));
        Assert.Equal(2, Ledger.Batches.Count);

        Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(20_000));
        AssertContiguous(20_000);
    }

    [Fact]
    public async Task A_file_that_is_cut_while_it_is_read_is_lost()
    {
        using var staged = await StageAsync(10_000);
        Destination.OnWrite = _ =>
            { using var file = new FileStream(Root.File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite); file.SetLength(100); };
        Assert.IsType<LoadOutcome.Lost>(await Load(staged, 10_000).RunAsync(default));
    }

    [Fact]
    public async Task Deferred_records_are_tried_again_in_a_round_and_not_when_a_message_merely_comes_again()
    {
        Destination.Bad.UnionWith([3, 5]);
        Destination.Waiting.UnionWith([3, 5]);
        Assert.Equal(2, Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10)).Deferred);
        Assert.Equal(2, Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10)).Deferred);
        Assert.Equal(0, Destination.Retries);

        Destination.Waiting.Remove(3);
        var first = Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10, round: 1));
        Assert.Equal((1, 1, 9), (first.Deferred, first.Counts.Rejected, first.Counts.Inserted));
        // A sign of life: there is no new number to tell.
        Assert.Equal([10, 10], Reports.TakeLast(2).Select(counts => counts.Written));

        var second = Assert.IsType<LoadOutcome.Loaded>(await LoadAsync(10, round: 2));
        Assert.Equal((1, 1), (second.Deferred, second.Counts.Rejected));
    }

    static ConnectorException Conflict() =>
        new(new Problem { Code = "key-conflict", Sentence = "A key is there already.", SqlState = "23505", Retryable = false })
        {
            Remedy = LoadRemedy.Upsert,
        };
}
