using System.CommandLine;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Keys;
using Role = Headgate.V1.Role;

namespace Headgate.JobCoordinator.Commands;

/// <summary>What can be done from the coordinator's host until the RPC surface is there: apply a file, start a run, command a job.</summary>
static class InterimCommands
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Headgate's job coordinator. Without a command it runs the service.")
        {
            Apply(), Run(), Jobs(), Enable(), Keys(),
            OnJob("pause", "Stop a job so that it can go on later.", (job, reason, _, _) => new PauseJob { JobId = job, Actor = Actor, Reason = reason }),
            OnJob("resume", "Go on with a paused or failed job.", (job, reason, _, _) => new ResumeJob { JobId = job, Actor = Actor, Reason = reason }),
            OnJob("cancel", "Cancel a job.", (job, reason, force, pauseFirst) => new CancelJob
            {
                JobId = job, Actor = Actor, Reason = reason, Mode = force ? CancelMode.Force : CancelMode.Graceful, PauseFirst = pauseFirst,
            }),
            OnJob("restart", "Begin a paused or failed job again.", (job, reason, _, _) => new RestartJob { JobId = job, Actor = Actor, Reason = reason }),
            OnJob("discard", "End a job for good.", (job, reason, _, _) => new DiscardJob { JobId = job, Actor = Actor, Reason = reason }),
            OnJob("abandon", "Give up on a stop that cannot be confirmed.", (job, reason, _, _) => new AbandonJob { JobId = job, Actor = Actor, Reason = reason }),
        };
        return root.Parse(arguments).InvokeAsync();
    }

    static string Actor => Environment.UserName;

    static Command Apply()
    {
        var path = new Argument<string>("path") { Description = "A pipeline file, or a folder of them." };
        var command = new Command("apply", "Check pipeline files and take them over.") { path };
        command.SetAction((parsed, stop) => ApplyCommand.RunAsync(parsed.GetValue(path)!, Actor, stop));
        return command;
    }

    static Command Run()
    {
        var pipeline = new Argument<string>("pipeline") { Description = "PROJECT/NAME" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the job's end; the exit code is 1 unless it completes." };
        var command = new Command("run", "Start a run of a pipeline.") { pipeline, wait };
        command.SetAction((parsed, stop) => RunCommand.RunAsync(parsed.GetValue(pipeline)!, parsed.GetValue(wait), Actor, stop));
        return command;
    }

    static Command Jobs()
    {
        var command = new Command("jobs", "List the latest jobs.");
        command.SetAction((_, stop) => JobsCommand.RunAsync(stop));
        return command;
    }

    static Command Enable()
    {
        var pipeline = new Argument<string>("pipeline") { Description = "PROJECT/NAME" };
        var command = new Command("enable", "Let a failed pipeline take runs again.") { pipeline };
        command.SetAction((parsed, stop) => EnableCommand.RunAsync(parsed.GetValue(pipeline)!, stop));
        return command;
    }

    static Command Keys()
    {
        var name = new Option<string>("--name") { Description = "How its holder is called: 1 to 63 of a-z, 0-9 and -.", Required = true };
        var role = new Option<Role>("--role") { Description = "VIEWER, OPERATOR or ADMIN.", DefaultValueFactory = _ => Role.Operator };
        var project = new Option<string?>("--project") { Description = "The one project it is bound to." };
        var allProjects = new Option<bool>("--all-projects") { Description = "Bind it to all projects; role ADMIN only." };
        var create = new Command("create", "Make an API key, and print its secret once.") { name, role, project, allProjects };
        create.Validators.Add(parsed =>
        {
            if (parsed.GetValue(allProjects) == parsed.GetValue(project) is not null) parsed.AddError("Expected either --project or --all-projects.");
        });
        create.SetAction((parsed, stop) => KeysCommand.CreateAsync(
            new NewKey { Name = parsed.GetValue(name)!, Role = parsed.GetValue(role), Project = parsed.GetValue(project), CreatedBy = KeyTable.Host },
            Console.Out, Console.Error, stop));
        return new Command("keys", "API keys.") { create };
    }

    static Command OnJob<T>(string verb, string description, Func<Guid, string?, bool, bool, T> message)
        where T : class
    {
        var job = new Argument<Guid>("job") { Description = "The job's id." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept in the job's audit trail." };
        var force = new Option<bool>("--force") { Description = "Do not wait for batches in flight: roll them back." };
        var pauseFirst = new Option<bool>("--pause-first") { Description = "Pause a launched job first instead of refusing." };
        var command = new Command(verb, description) { job, reason };
        if (typeof(T) == typeof(CancelJob))
        {
            command.Options.Add(force);
            command.Options.Add(pauseFirst);
        }

        command.SetAction((parsed, stop) => JobCommandSender.SendAsync(
            message(
                parsed.GetValue(job),
                parsed.GetValue(reason),
                typeof(T) == typeof(CancelJob) && parsed.GetValue(force),
                typeof(T) == typeof(CancelJob) && parsed.GetValue(pauseFirst)),
            stop));
        return command;
    }
}
