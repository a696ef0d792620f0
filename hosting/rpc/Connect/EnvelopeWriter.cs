using System.Buffers;
using System.IO.Pipelines;

namespace Headgate.Rpc.Connect;

/// <summary>Takes gRPC's frames, and hands each on that is whole.</summary>
sealed class EnvelopeWriter(Action<Frame> take, Func<CancellationToken, ValueTask<FlushResult>> flush) : PipeWriter
{
    ArrayBufferWriter<byte> frames = new();

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => frames.WrittenCount;

    public override void Advance(int bytes) => frames.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => frames.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => frames.GetSpan(sizeHint);

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        HandOn();
        return flush(cancellationToken);
    }

    public void HandOn()
    {
        var buffer = new ReadOnlySequence<byte>(frames.WrittenMemory);
        if (buffer.IsEmpty) return;
        while (Frame.TryRead(ref buffer, null, out var frame)) take(frame);
        var rest = new ArrayBufferWriter<byte>();
        foreach (var segment in buffer) rest.Write(segment.Span);
        frames = rest;
    }
}
