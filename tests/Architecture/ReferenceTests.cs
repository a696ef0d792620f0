using System.Xml.Linq;

namespace Headgate.Architecture.Tests;

public sealed class ReferenceTests
{
    static readonly string[] Allowed = ["contracts", "hosting", "connectors"];

    public static TheoryData<string> Services() => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "services")).Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_references_contracts_hosting_and_connectors_and_never_another_service(string service)
    {
        var foreign = Repository.Files("*.csproj", Path.Combine("services", service)).SelectMany(References).Where(path => !Allowed.Contains(path.Split('/')[0]));
        Assert.Empty(foreign);
    }

    [Fact]
    public void Contracts_depend_on_nothing()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, "contracts", "Headgate.Contracts.csproj"));
        Assert.Empty(project.Descendants("ProjectReference").Concat(project.Descendants("PackageReference")));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_lock_file()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Headgate.slnx"));
        foreach (var project in Repository.Projects)
        {
            Assert.Contains(Path.GetRelativePath(Repository.Root, project), solution, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no packages.lock.json");
        }
    }

    [Fact]
    public void Package_versions_are_exact()
    {
        var versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(entry => entry.Attribute("Version")!.Value);
        Assert.All(versions, version => Assert.Matches(@"^\[[0-9.]+\]$", version));
    }

    static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
}
