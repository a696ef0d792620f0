namespace Headgate.Integration.Tests.BadDays;

/// <summary>The disk of the destination's table is full.</summary>
public sealed class FullDestinationTests : IAsyncLifetime
{
    SmallDisk _disk = null!;
    BadDay _day = null!;

    string Tablespace => $"small_{_day.Headgate.Destination.Name}";

    public async Task InitializeAsync()
    {
        _disk = await SmallDisk.MountAsync(megabytes: 6);
        _day = await BadDay.PrepareAsync();
    }

    public async Task DisposeAsync()
    {
        await _day.Headgate.EndServicesAsync();
        await _day.Headgate.Destination.ExecuteAsync("drop table cramped");
        await _day.Headgate.State.ExecuteAsync($"drop tablespace {Tablespace}");
        await _day.DisposeAsync();
        await _disk.DisposeAsync();
    }

    [Fact]
    public async Task Job_waits_and_goes_on_by_itself_when_there_is_room_again()
    {
        var pipeline = await _day.PipelineAsync("cramped", megabytes: 20);
        var place = Directory.CreateDirectory(Path.Combine(_disk.Path, "space")).FullName;
        await SmallDisk.GiveToOwnerOfAsync(place, (await _day.Headgate.State.ScalarAsync<string>("show data_directory"))!);
        await _day.Headgate.State.ExecuteAsync($"create tablespace {Tablespace} location '{place}'");
        await _day.Headgate.Destination.ExecuteAsync($"alter table cramped set tablespace {Tablespace}");

        var job = await _day.RunAsync(pipeline);
        await _day.WaitsForAsync(job, "public.cramped", "disk is full");
        await _disk.ResizeAsync(100);

        await _day.ExactAsync(job, "cramped");
    }
}
