using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class NotifyReader
{
    public static NotifyDefinition Read(MappingReader notify)
    {
        if (!notify.Has("email") && !notify.Has("webhook"))
            notify.RefuseMissing("email", "email, webhook or both");
        return new NotifyDefinition
        {
            Email = notify.Optional("email", EmailRule.Address),
            Webhook = notify.Optional("webhook", ReferenceRule.Reference),
            On = notify.List("on", ChoiceRule.Occasion) ?? new NotifyDefinition().On,
        };
    }
}
