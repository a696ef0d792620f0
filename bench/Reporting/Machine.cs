using System.Runtime.InteropServices;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Reporting;

/// <summary>What it was measured on.</summary>
sealed record Machine(string Sentence)
{
    public static async Task<Machine> DescribeAsync(Installation installation, CancellationToken cancellationToken)
    {
        var postgres = await installation.State.ScalarAsync<string>("select current_setting('server_version')", cancellationToken);
        var fsync = await installation.State.ScalarAsync<string>("select current_setting('fsync')", cancellationToken);
        var buffers = await installation.State.ScalarAsync<string>("select current_setting('shared_buffers')", cancellationToken);
        var rabbitMq = await installation.RabbitMq.Management.VersionAsync(cancellationToken);
        var processor = Value("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30));
        var system = Value("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription;
        return new Machine(
            $"{Environment.ProcessorCount} cores ({processor}), {memory:0} GiB, {system}, {RuntimeInformation.FrameworkDescription}, "
            + $"PostgreSQL {postgres} (fsync {fsync}, shared_buffers {buffers}, source, destination and state in one server), RabbitMQ {rabbitMq}; "
            + "every service a process of its own.");
    }

    static string? Value(string file, string name, char separator) =>
        File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[^1].Trim()
            : null;
}
