using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Headgate.Cli.Calls;
using Headgate.Cli.Output;

namespace Headgate.Cli.Verbs;

/// <summary>Lists that come by the page.</summary>
static class Pages
{
    const int LargestPage = 1000;

    /// <summary>The page that is asked for; all of them, as one answer, with --all.</summary>
    public static async Task<TResponse> PageAsync<TRequest, TResponse>(
        this Session session, Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        var isAll = session.Parsed.Has(CommandOptions.All);
        var size = session.Parsed.GetValue(CommandOptions.PageSize);
        Field(request, "page_size").SetValue(request, isAll && size == 0 ? LargestPage : size);
        request.Set("page_token", session.Parsed.Text(CommandOptions.PageToken) ?? "");
        var answer = await session.Calls.AskAsync(method, request, session.Stop);
        while (isAll && NextOf(answer) is { Length: > 0 } next)
        {
            request.Set("page_token", next);
            Field(answer, "next_page_token").Clear(answer);
            answer.MergeFrom(await session.Calls.AskAsync(method, request, session.Stop));
        }

        return answer;
    }

    /// <summary>Shows a page, and how to get the next one.</summary>
    public static int Show(this Session session, IMessage answer, string nothing, Func<Grid> grid)
    {
        session.Screen.Answer(answer, screen =>
        {
            var shown = grid();
            if (shown.Rows.Count == 0) screen.Say(nothing);
            else screen.Table(shown.WithoutEmptyColumns());
            if (NextOf(answer) is { Length: > 0 } next) session.Terminal.ErrorLine(SafeText.Line($"More: {session.Suggestions.With("--page-token", next)}, or --all"));
        });
        return ExitCode.Done;
    }

    static string? NextOf(IMessage answer) => answer.Get<string>("next_page_token");

    static IFieldAccessor Field(IMessage message, string name) => message.Descriptor.FindFieldByName(name).Accessor;
}
