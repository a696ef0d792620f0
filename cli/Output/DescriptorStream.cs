using System.Runtime.InteropServices;

namespace Headgate.Cli.Output;

/// <summary>
/// Writes to a descriptor where it stands. A FileStream writes to a file at a position of its own, and over what other processes have
/// written meanwhile; the console's stream writes escapes first.
/// </summary>
sealed partial class DescriptorStream(int descriptor) : Stream
{
    const int Interrupted = 4;
    const int TryAgain = 11;
    const int BrokenPipe = 32;
    const short Writable = 4;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = WriteTo(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted: break;
                case TryAgain: _ = Poll(new PollDescriptor { Descriptor = descriptor, Events = Writable }, 1, -1); break;
                case BrokenPipe: throw new NoReaderException();
                case var error: throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(in PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
