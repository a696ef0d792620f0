using Google.Rpc;
using Grpc.Core;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>INVALID_ARGUMENT with what is wrong with pipeline files.</summary>
static class FileErrors
{
    // Details travel in the trailers, of which clients take some tens of KiB.
    const int MostBytes = 32 * 1024;

    public static RpcException Of(IReadOnlyList<PipelineFileProblem> problems)
    {
        var request = new BadRequest();
        foreach (var problem in problems)
        {
            var violation = Violation(Place(problem), $"{problem.Message}; expected {problem.Expected}");
            if (request.CalculateSize() + violation.CalculateSize() > MostBytes && request.FieldViolations.Count > 0) break;
            request.FieldViolations.Add(violation);
        }

        if (problems.Count - request.FieldViolations.Count is > 0 and var left)
            request.FieldViolations.Add(Violation("files", $"{left:N0} more problems"));
        var more = problems.Count > 1 ? $" There are {problems.Count - 1:N0} more problems." : "";
        return CallErrors.Error(StatusCode.InvalidArgument, $"{problems[0]}.{more}", request);
    }

    static BadRequest.Types.FieldViolation Violation(string field, string description) => new() { Field = field, Description = description };

    static string Place(PipelineFileProblem problem) =>
        $"{problem.File}{(problem.Line > 0 ? $":{problem.Line}:{problem.Column}" : "")}{(problem.Field.Length > 0 ? $" {problem.Field}" : "")}";
}
