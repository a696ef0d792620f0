using Headgate.Contracts.Extraction;

namespace Headgate.Connectors.Postgres.Errors;

/// <summary>Tells objects that do not fit from those that do.</summary>
static class Fitting
{
    /// <summary>Does something for each of the objects, also past those that do not fit.</summary>
    /// <exception cref="ConnectorException">
    /// With all that do not fit. Where a right is missing nothing is wrong with the object: that is an error at once, of the whole.
    /// </exception>
    public static IReadOnlyList<TResult> All<T, TResult>(IEnumerable<T> objects, Func<T, int> number, Func<T, TResult> run)
    {
        var (done, blocked) = (new List<TResult>(), new List<BlockedObject>());
        foreach (var each in objects)
        {
            try
            {
                done.Add(run(each));
            }
            catch (ConnectorException error) when (error.Problem.Code != "permission")
            {
                blocked.Add(new BlockedObject { ObjectNo = number(each), Problem = error.Problem });
            }
        }

        return blocked.Count == 0 ? done : throw new ConnectorException(blocked[0].Problem) { Blocked = blocked };
    }

    /// <summary>The error of one object that does not fit.</summary>
    public static ConnectorException Blocked(int objectNo, string code, string sentence, string? sqlState = null)
    {
        var problem = PostgresProblem.Of(code, sentence, sqlState: sqlState).Problem;
        return new ConnectorException(problem) { Blocked = [new BlockedObject { ObjectNo = objectNo, Problem = problem }] };
    }
}
