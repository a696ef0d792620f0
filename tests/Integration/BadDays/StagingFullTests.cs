namespace Headgate.Integration.Tests.BadDays;

/// <summary>The disk of the staging directory is full.</summary>
public sealed class StagingFullTests(StagingFullTests.Fixture fixture) : IClassFixture<StagingFullTests.Fixture>, IAsyncLifetime
{
    const int TooSmall = 3;
    const int Enough = 100;
    readonly BadDay _day = fixture.Day;
    readonly SmallDisk _disk = fixture.Disk;

    public sealed class Fixture : IAsyncLifetime
    {
        public BadDay Day { get; private set; } = null!;

        public SmallDisk Disk { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Disk = await SmallDisk.MountAsync(Enough);
            Day = await BadDay.PrepareAsync(environment =>
            {
                environment["HEADGATE_STAGING"] = Disk.Path;
                environment["HEADGATE_COORDINATOR__SEGMENTTRIES"] = "4";
            });
        }

        public async Task DisposeAsync()
        {
            await Day.DisposeAsync();
            await Disk.DisposeAsync();
        }
    }

    /// <summary>What the test before has staged is deleted by now, or soon.</summary>
    public Task InitializeAsync() => Installation.EventuallyAsync(
        async () => !Directory.EnumerateDirectories(_disk.Path).Any() && await _disk.TryResizeAsync(TooSmall),
        () => Task.FromResult("the disk does not get empty"));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Job_waits_and_goes_on_by_itself_when_there_is_room_again()
    {
        var job = await _day.RunAsync(await _day.PipelineAsync("crowded", megabytes: 20));
        await _day.WaitsForAsync(job, "staging", "full");

        await _disk.ResizeAsync(Enough);

        await _day.ExactAsync(job, "crowded");
    }

    [Fact]
    public async Task Job_that_failed_of_it_is_resumed()
    {
        var job = await _day.RunAsync(await _day.PipelineAsync("overcrowded", megabytes: 20));
        await _day.FailsAsync(job, "staging", "full");

        await _disk.ResizeAsync(Enough);
        await _day.ResumeAsync(job);

        await _day.ExactAsync(job, "overcrowded");
    }

    [Fact]
    public async Task Worker_starts_on_a_full_disk_since_only_a_worker_can_empty_it()
    {
        await _day.Headgate.Worker.KillAsync();
        var rest = Path.Combine(_disk.Path, "rest");
        await Assert.ThrowsAnyAsync<IOException>(() => File.WriteAllBytesAsync(rest, new byte[(TooSmall + 1) << 20]));

        await _day.Headgate.StartWorkerAsync();

        File.Delete(rest);
        await _day.ExactAsync(await _day.RunAsync(await _day.PipelineAsync("small", megabytes: 1)), "small");
    }
}
