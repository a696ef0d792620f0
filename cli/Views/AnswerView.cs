using Google.Protobuf;
using Headgate.Cli.Calls;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>The answer to a command: what will happen, and what it is about as it now stands.</summary>
static class AnswerView
{
    public static int Acknowledge(this Screen screen, IMessage answer)
    {
        screen.Answer(answer, _ =>
        {
            if (answer.Get<RunEstimate>("estimate") is { } estimate) screen.Estimate(estimate);
            screen.Say(answer.Get<string>("sentence") ?? "");
            if (answer.Get<Job>("job") is { } job) screen.Line(job);
            else if (answer.Get<Pipeline>("pipeline") is { } pipeline) screen.Line(pipeline);
        });
        return ExitCode.Done;
    }
}
