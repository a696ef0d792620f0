using System.Security.Cryptography;
using System.Text;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>The id of the run that an event asks for: a UUID of version 5 (RFC 9562), so that every delivery asks for the same one.</summary>
static class EventRunId
{
    const int IdBytes = 16;

    public static Guid Of(Guid pipeline, string eventId)
    {
        byte[] name = [.. pipeline.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(eventId)];
#pragma warning disable CA5350 // The version of UUID says SHA-1; nothing is kept secret or told genuine by it.
        var id = SHA1.HashData(name).AsSpan(0, IdBytes);
#pragma warning restore CA5350
        id[6] = (byte)((id[6] & 0x0F) | 0x50);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
