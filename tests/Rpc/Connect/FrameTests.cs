using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Headgate.Rpc.Connect;

namespace Headgate.Rpc.Tests.Connect;

public sealed class FrameTests
{
    [Fact]
    public async Task Frames_come_out_of_whatever_pieces_they_came_in()
    {
        var random = new Random(1);
        var pipe = new Pipe();
        var sent = Enumerable.Range(0, 200).Select(_ => new byte[random.Next(0, 300)]).ToList();
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var payload in sent) Frame.Write(bytes, 0, payload);
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < bytes.WrittenCount;)
            {
                var piece = Math.Min(random.Next(1, 9), bytes.WrittenCount - at);
                await pipe.Writer.WriteAsync(bytes.WrittenMemory.Slice(at, piece));
                at += piece;
            }

            await pipe.Writer.CompleteAsync();
        });
        var reader = new FrameReader(pipe.Reader, 300);
        foreach (var payload in sent)
        {
            Assert.True((await reader.ReadAsync(frame => frame.Payload.Length, default)).TryGet(out var length));
            Assert.Equal(payload.Length, length);
        }

        Assert.False((await reader.ReadAsync(_ => 0, default)).IsPresent);
        await writing;
    }

    [Theory]
    [InlineData(new byte[] { 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 4, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 11 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0x80, 0, 0, 0 }, StatusCode.ResourceExhausted)]
    public async Task Malformed_frame_is_refused_and_the_pipe_can_still_be_completed(byte[] bytes, StatusCode code)
    {
        var pipe = PipeReader.Create(new ReadOnlySequence<byte>(bytes));
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new FrameReader(pipe, 10).ReadAsync(_ => 0, default));
        Assert.Equal(code, error.StatusCode);
        // A reader that was not advanced would refuse to read again.
        await pipe.ReadAsync();
    }

    [Fact]
    public void Length_without_a_limit_is_bounded_by_memory()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0xff, 0xff, 0xff, 0xff]);
        Assert.Throws<RpcException>(() => Frame.TryRead(ref buffer, null, out _));
    }
}
