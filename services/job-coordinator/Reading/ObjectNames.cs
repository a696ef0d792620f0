using System.Text.RegularExpressions;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A job's objects by their numbers: the destinations, as the pipeline file names them or in full.</summary>
sealed partial class ObjectNames(CoordinatorState state)
{
    const int MostNamed = 20;

    public async Task<IReadOnlyDictionary<int, string>> OfAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select object_no, destination from coordinator.job_object where job_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return (await command.ListAsync(row => (No: row.GetInt32(0), Name: Shown(row.GetString(1))), cancellationToken)).ToDictionary(each => each.No, each => each.Name);
    }

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is no such object.</exception>
    public static int NumberOf(string name, IReadOnlyDictionary<int, string> objects)
    {
        var wanted = Spelled(name);
        var numbers = objects.Where(each => Spelled(each.Value) == wanted).Select(each => each.Key).ToList();
        return numbers is [var number] ? number : throw CallErrors.Invalid((
            "object", $"The job has no object {name}: expected one of {string.Join(", ", objects.Values.Order(StringComparer.Ordinal).Take(MostNamed))}."));
    }

    // Once it is planned, a destination may be spelled as SQL takes it in any case.
    static string Shown(string destination) =>
        destination.StartsWith('"') && QualifiedName.TryParse(destination, out var name) && Plain().IsMatch(name.Schema) && Plain().IsMatch(name.Name)
            ? $"{name.Schema}.{name.Name}" : destination;

    static string Spelled(string destination) => QualifiedName.TryParse(destination, out var name) ? name.ToSql() : destination;

    [GeneratedRegex("^[a-z_][a-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
