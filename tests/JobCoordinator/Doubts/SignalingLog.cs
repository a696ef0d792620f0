using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>Tells of the first line of a level.</summary>
sealed class SignalingLog<T> : ILogger<T>
{
    readonly ConcurrentDictionary<LogLevel, TaskCompletionSource<string>> _first = new();

    public Task<string> FirstAsync(LogLevel level) => Of(level).Task;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Of(logLevel).TrySetResult($"{formatter(state, exception)} {exception}");

    TaskCompletionSource<string> Of(LogLevel level) =>
        _first.GetOrAdd(level, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
