using System.Runtime.InteropServices;

namespace Headgate.Bench.Events;

/// <summary>When what happened because of an event, in milliseconds of one clock.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct EventTime(double Published, double Accepted, double Launched, double Row);
