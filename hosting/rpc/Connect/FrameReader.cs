using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Grpc.Core;

namespace Headgate.Rpc.Connect;

/// <summary>Reads frames from a body.</summary>
/// <param name="pipe">The body.</param>
/// <param name="limit">Bytes that a frame may have; null: any number.</param>
/// <param name="knownFlags">The bits that may be set.</param>
sealed class FrameReader(PipeReader pipe, int? limit, byte knownFlags = Frame.Compressed)
{
    /// <summary>Reads the next frame and hands it to <paramref name="parse"/> while it is in the pipe's memory. No value at the body's end.</summary>
    /// <exception cref="RpcException">The body ends inside of a frame, or the frame is malformed or too large.</exception>
    public async ValueTask<Optional<T>> ReadAsync<T>(Func<Frame, T> parse, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var examined = buffer.End;
            try
            {
                if (Frame.TryRead(ref buffer, limit, out var frame))
                {
                    examined = buffer.Start;
                    if ((frame.Flags & ~knownFlags) != 0) throw WireErrors.Malformed($"A message begins with the unknown flags {frame.Flags}.");
                    return new Optional<T>(parse(frame));
                }

                if (result.IsCanceled) throw new OperationCanceledException(cancellationToken);
                if (!result.IsCompleted) continue;
                return buffer.IsEmpty ? default : throw WireErrors.Malformed("The body ends in the middle of a message.");
            }
            finally
            {
                pipe.AdvanceTo(buffer.Start, examined);
            }
        }
    }

    /// <summary>A value, or the end.</summary>
    public readonly record struct Optional<T>(T Content)
    {
        public bool IsPresent { get; } = true;

        public bool TryGet([MaybeNullWhen(false)] out T content)
        {
            content = Content;
            return IsPresent;
        }
    }
}
