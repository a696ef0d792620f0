using System.CommandLine;
using Headgate.JobCoordinator.Access.Keys;
using Role = Headgate.V1.Role;

namespace Headgate.JobCoordinator.Commands;

/// <summary>What can be done on the coordinator's host alone: the first key. All else is asked of the coordinator with a key.</summary>
static class HostCommands
{
    public static Task<int> RunAsync(string[] arguments) =>
        new RootCommand("Headgate's job coordinator. Without a command it runs the service.") { Keys() }.Parse(arguments).InvokeAsync();

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
}
