using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Headgate.Cli.Configuration;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Errors;

/// <summary>Tells what went wrong on stderr: a sentence and what to do next for people, one JSON object a line for programs.</summary>
sealed class ErrorReport(Terminal terminal, OutputFormat format)
{
    public int Show(CliException error)
    {
        Write(error.Code, error.Message, error.Next, [], null);
        return error.ExitCode;
    }

    /// <summary>That something could not be written. Of a reader who has gone, as `head` goes once it has enough, nobody is left to be told.</summary>
    public int Show(IOException error) => error is NoReaderException ? ExitCode.Refused
        : Show(new CliException($"what there was to say could not be written: {error.Message}"));

    public int Show(RpcException error, Session session)
    {
        var status = error.GetRpcStatus();
        var refusal = status?.GetDetail<Refusal>();
        var violations = status?.GetDetail<BadRequest>()?.FieldViolations;
        var explained = CallProblem.Explain(error, session);
        IReadOnlyList<string> next = refusal is null ? explained.Next : [.. session.Suggestions.For(refusal)];
        Write(CodeNames.Of(error.StatusCode), explained.Sentence, next, violations is null ? [] : [.. violations], refusal);
        return ExitCode.Refused;
    }

    void Write(
        string code, string sentence, IReadOnlyList<string> next, IReadOnlyList<BadRequest.Types.FieldViolation> violations, Refusal? refusal)
    {
        if (format == OutputFormat.Json)
        {
            terminal.ErrorLine(Json(code, sentence, next, violations, refusal));
            return;
        }

        if (violations.Count == 0) terminal.ErrorLine($"headgate: {SafeText.Lines(sentence)}");
        else foreach (var each in violations) terminal.ErrorLine($"headgate: {SafeText.Line(each.Field)}: {SafeText.Line(each.Description)}");
        for (var at = 0; at < next.Count; at++) terminal.ErrorLine($"{(at == 0 ? "Next: " : "      ")}{SafeText.Line(next[at])}");
    }

    static string Json(
        string code, string sentence, IReadOnlyList<string> next, IReadOnlyList<BadRequest.Types.FieldViolation> violations, Refusal? refusal)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = sentence };
        if (next.Count > 0) error["next"] = new JsonArray([.. next.Select(each => JsonValue.Create(each))]);
        if (violations.Count > 0)
        {
            error["violations"] = new JsonArray(
                [.. violations.Select(each => new JsonObject { ["field"] = each.Field, ["description"] = each.Description })]);
        }

        if (refusal is not null) error["refusal"] = JsonNode.Parse(JsonFormatter.Default.Format(refusal));
        return new JsonObject { ["error"] = error }.ToJsonString(JsonSerializerOptions.Default);
    }
}
