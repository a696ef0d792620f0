using System.Globalization;
using System.Runtime.InteropServices;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>Lets a process believe in another time than the machine's, by libfaketime.</summary>
static class FakeClock
{
    /// <param name="environment">The process's.</param>
    /// <param name="offset">As libfaketime has it: +3h, -3h.</param>
    public static void Set(Dictionary<string, string> environment, string offset)
    {
        Prepare(environment);
        environment["FAKETIME"] = offset;
    }

    /// <returns>A file for <see cref="Follow"/>, with the right time.</returns>
    public static string Make()
    {
        var file = Path.GetTempFileName();
        Turn(file, 0);
        return file;
    }

    /// <summary>Has the process look into the file whenever it looks at the clock.</summary>
    public static void Follow(Dictionary<string, string> environment, string file)
    {
        Prepare(environment);
        environment["FAKETIME_TIMESTAMP_FILE"] = file;
        environment["FAKETIME_NO_CACHE"] = "1";
    }

    /// <summary>In one go: who looks meanwhile finds no half of it.</summary>
    public static void Turn(string file, int hours)
    {
        File.WriteAllText($"{file}.new", hours.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "h");
        File.Move($"{file}.new", file, overwrite: true);
    }

    static void Prepare(Dictionary<string, string> environment)
    {
        environment["LD_PRELOAD"] = Library();
        // What measures durations does not jump with the clock on a real machine either.
        environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        environment["DONT_FAKE_MONOTONIC"] = "1";
    }

    public static void Reset(Dictionary<string, string> environment)
    {
        foreach (var name in (string[])["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"]) environment.Remove(name);
    }

    static string Library()
    {
        var machine = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "aarch64" : "x86_64";
        string[] places = [$"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib64/faketime/libfaketimeMT.so.1"];
        var found = Array.Find(places, File.Exists);
        Assert.True(found is not null, "This test gives processes a wrong clock by libfaketime, which is not here: apt-get install libfaketime.");
        return found;
    }
}
