using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Keeps of the log what is a fault of the server: not what clients send amiss, nor what a handler was told to throw.</summary>
sealed class Faults : ILoggerProvider
{
    readonly ConcurrentQueue<string> kept = new();

    public IReadOnlyCollection<string> Kept => kept;

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, kept);

    public void Dispose()
    {
    }

    sealed class Logger(string category, ConcurrentQueue<string> kept) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error && !IsOfTheRequest(exception)) kept.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }

        // gRPC logs what clients send amiss as an error; a length of more than 31 bits is no RESOURCE_EXHAUSTED to it, but an IOException.
        bool IsOfTheRequest(Exception? error) => category == "Grpc.AspNetCore.Server.ServerCallHandler" && error switch
        {
            InvalidDataException or Google.Protobuf.InvalidProtocolBufferException => true,
            InvalidOperationException { Message: Answers.Secret } => true,
            IOException { Message: var message } => message.StartsWith("Message too large: ", StringComparison.Ordinal),
            _ => false,
        };
    }
}
