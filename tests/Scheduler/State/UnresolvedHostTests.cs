using Headgate.Hosting.State;
using Headgate.Scheduler.Events.Upkeep;
using Headgate.Scheduler.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Scheduler.Tests.State;

/// <summary>A database whose name cannot be resolved, as while its container restarts, and trouble that is none of the driver's.</summary>
public sealed class UnresolvedHostTests
{
    readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Clock_goes_on(bool isDisposed) => GoesOnAsync(
        isDisposed,
        state => new ClockUpkeep(state, new DatabaseClock(), new Listener<ClockUpkeep>(_told)) { Period = TimeSpan.FromMilliseconds(20) });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Purge_of_events_goes_on(bool isDisposed) => GoesOnAsync(
        isDisposed, state => new EventPurge(state, TimeProvider.System, new Listener<EventPurge>(_told)));

    async Task GoesOnAsync(bool isDisposed, Func<SchedulerState, BackgroundService> make)
    {
        await using var state = new SchedulerState("Host=nowhere.invalid;Username=nobody;Database=none");
        if (isDisposed) await state.DisposeAsync();
        using var upkeep = make(state);
        await upkeep.StartAsync(default);

        var first = await Task.WhenAny(_told.Task, upkeep.ExecuteTask!).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(first == _told.Task, $"it has ended: {upkeep.ExecuteTask!.Exception}");
        Assert.False(upkeep.ExecuteTask!.IsCompleted);
        await upkeep.StopAsync(default);
    }

    sealed class Listener<T>(TaskCompletionSource told) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            told.TrySetResult();
    }
}
