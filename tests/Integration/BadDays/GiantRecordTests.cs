using System.Globalization;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>A record of 100 MB among small ones.</summary>
public sealed class GiantRecordTests
{
    const long Allowed = 200_000;

    [Fact]
    public async Task Giant_record_arrives_whole_and_the_worker_does_not_grow_with_it()
    {
        await using var day = await BadDay.PrepareAsync();
        var headgate = day.Headgate;
        await day.ExactAsync(await day.RunAsync(await day.PipelineAsync("usual", megabytes: 20)), "usual");
        var pipeline = await day.PipelineAsync("giant", megabytes: 1);
        await headgate.Source.ExecuteAsync("insert into giant select 0, repeat('0123456789', 10 * 1024 * 1024)");
        var before = PeakKilobytes(headgate.Worker.Id);

        await day.ExactAsync(await day.RunAsync(pipeline), "giant");
        var inserted = PeakKilobytes(headgate.Worker.Id);
        await headgate.Source.ExecuteAsync("update giant set v = v || '!' where id = 0");
        var job = await day.RunAsync(pipeline);
        await headgate.CompleteAsync(job);
        await headgate.EqualAsync("giant");
        await headgate.LedgerExactAsync(job);
        var updated = PeakKilobytes(headgate.Worker.Id);

        Assert.True(inserted - before < Allowed, $"inserting it took {before} kB to {inserted} kB");
        Assert.True(updated - before < Allowed, $"updating it took {before} kB to {updated} kB");
    }

    /// <summary>VmHWM: the most that was ever resident.</summary>
    static long PeakKilobytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmHWM:".Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }
}
