using System.Security.Cryptography;
using System.Text;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>
/// The id of the run that an event asks for: told by pipeline and event, so that every delivery asks for the same one. A UUID of version 8,
/// of which the standard leaves the making to whoever makes them.
/// </summary>
static class EventRunId
{
    // Tells it from ids that are made of other things in the same way.
    const byte Kind = 3;

    public static Guid Of(Guid pipeline, string eventId)
    {
        byte[] name = [Kind, .. pipeline.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(eventId)];
        var id = SHA256.HashData(name).AsSpan(0, 16);
        (id[6], id[8]) = ((byte)((id[6] & 0x0f) | 0x80), (byte)((id[8] & 0x3f) | 0x80));
        return new Guid(id, bigEndian: true);
    }
}
