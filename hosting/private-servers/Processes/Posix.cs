using System.Runtime.InteropServices;

namespace Headgate.PrivateServers.Processes;

/// <summary>What .NET has no call for.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static void Signal(ProcessIdentity process, int signal)
    {
        if (process.IsRunning())
            _ = SendSignal(process.Pid, signal);
    }

    /// <summary>Signals a session that we started, by its leader.</summary>
    public static void SignalGroup(ProcessIdentity leader, int signal)
    {
        if (leader.IsRunning())
            _ = SendSignal(-leader.Pid, signal);
    }

    public static void GiveTo(Account? account, params ReadOnlySpan<string> paths)
    {
        if (account is null)
            return;
        foreach (var path in paths)
        {
            if (ChangeOwner(path, account.UserId, account.GroupId) != 0)
                throw new IOException($"{path} could not be given to user {account.Name} (errno {Marshal.GetLastPInvokeError()}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    internal static partial uint EffectiveGroup();
}
