using System.Buffers;
using System.IO.Pipelines;
using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Hosting.Connect;

/// <summary>Takes frames, and hands each that is whole on to be written as an envelope.</summary>
sealed class EnvelopeWriter(PipeWriter outer, Action begin, Action<Frame> envelope) : PipeWriter
{
    ArrayBufferWriter<byte> frames = new();

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => frames.WrittenCount;

    public override void Advance(int bytes) => frames.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => frames.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => frames.GetSpan(sizeHint);

    public override void CancelPendingFlush() => outer.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Convert();
        begin();
        return outer.FlushAsync(cancellationToken);
    }

    public void Convert()
    {
        var buffer = new ReadOnlySequence<byte>(frames.WrittenMemory);
        if (buffer.IsEmpty) return;
        begin();
        while (Frame.TryRead(ref buffer, null, out var frame)) envelope(frame);
        var rest = new ArrayBufferWriter<byte>();
        foreach (var segment in buffer) rest.Write(segment.Span);
        frames = rest;
    }
}
