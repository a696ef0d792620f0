using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

static class KeyViews
{
    public static Grid List(IEnumerable<ApiKey> keys) => new(
        ["Name", "Role", "Project", "Created", "By", "Expires", "Last used", "Revoked", "Id"],
        [
            .. keys.Select(key => new Cell[]
            {
                key.Name, EnumName.Of(key.Role), key.BindingCase == ApiKey.BindingOneofCase.AllProjects ? "(all)" : key.Project, Shown.Time(key.Created),
                key.CreatedBy, Shown.Time(key.Expires), Shown.Time(key.LastUsed), Shown.Time(key.Revoked), key.Id,
            }),
        ]);
}
