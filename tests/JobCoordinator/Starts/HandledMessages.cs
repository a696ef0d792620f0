using MassTransit;

namespace Headgate.JobCoordinator.Tests.Starts;

/// <summary>Counts what was handled, and waits until it is so many.</summary>
sealed class HandledMessages : IConsumeObserver
{
    readonly Lock _lock = new();
    readonly List<Exception> _faults = [];
    TaskCompletionSource _moved = New();
    int _count;

    public async Task ReachAsync(int count)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                Assert.Empty(_faults);
                if (_count >= count) return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class => Moved(fault: null);

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => Moved(exception);

    Task Moved(Exception? fault)
    {
        lock (_lock)
        {
            _count++;
            if (fault is not null) _faults.Add(fault);
            _moved.SetResult();
            _moved = New();
        }

        return Task.CompletedTask;
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
