using System.Text;
using Headgate.PipelineFiles;
using Headgate.V1;
using PipelineFile = Headgate.PipelineFiles.PipelineFile;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>The files of a request, read.</summary>
static class PipelineTexts
{
    /// <summary>The most files, and the most pipelines, in one call.</summary>
    public const int Most = 1_000;

    /// <summary>The most bytes of all texts of a call.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    const string Unnamed = "pipeline.yaml";
    const int LongestName = 255;

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: with all problems of the request, or else of its files.</exception>
    public static PipelineFileResult Read(ApplyPipelineRequest request)
    {
        if (Problems(request).ToList() is { Count: > 0 } problems) throw CallErrors.Invalid(problems);
        var result = PipelineFile.Parse(request.Files.Select(file => (file.File_.Name.Length > 0 ? file.File_.Name : Unnamed, file.File_.Text)));
        if (result.Problems.Count > 0) throw FileErrors.Of(result.Problems);
        if (result.Definitions.Count > Most)
            throw CallErrors.Invalid(("files", $"They have {result.Definitions.Count:N0} pipelines: expected at most {Most:N0}."));
        var several = result.Origins.CountBy(origin => origin.FileNo)
            .Where(file => file.Value > 1 && request.Files[file.Key].HasExpectedVersion).ToList();
        return several.Count == 0 ? result : throw CallErrors.Invalid(several.Select(file =>
            ($"files[{file.Key}].expected_version", $"The file has {file.Value} pipelines: expected one, of which it is the version.")));
    }

    static IEnumerable<(string Field, string Problem)> Problems(ApplyPipelineRequest request)
    {
        if (request.Files.Count is 0 or > Most)
        {
            yield return ("files", $"There are {request.Files.Count:N0}: expected 1 to {Most:N0}.");
            yield break;
        }

        if (request.Files.Sum(file => Bytes(file)) > MostBytes) yield return ("files", "They are too large: expected at most 4 MiB in all.");
        foreach (var (file, no) in request.Files.Select((file, no) => (file, no)))
        {
            if (file.File_ is null) yield return ($"files[{no}].file", "Not set: expected a pipeline file.");
            else if (file.File_.Name.Length > LongestName || file.File_.Name.Any(char.IsControl))
                yield return ($"files[{no}].file.name", $"Expected at most {LongestName} characters, and no control characters.");
            if (Bytes(file) > PipelineFile.MaxBytes) yield return ($"files[{no}].file.text", "It is too large: expected at most 1 MiB.");
            if (file is { HasExpectedVersion: true, ExpectedVersion: < 0 })
                yield return ($"files[{no}].expected_version", "Expected 0, or a version from 1.");
        }
    }

    static long Bytes(ApplyPipelineRequest.Types.File file) => file.File_ is null ? 0 : Encoding.UTF8.GetByteCount(file.File_.Text);
}
