using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class NotifyReader
{
    public static NotifyDefinition Read(MappingReader notify, Findings findings)
    {
        if (!notify.Has("email") && !notify.Has("webhook"))
            notify.RefuseMissing("email", "email, webhook or both");
        var on = notify.List("on", ChoiceRule.Occasion);
        if (on?.Contains(NotifyOccasion.Guard) == true)
            NotYetEffective.Warn(notify, "on", findings);
        return new NotifyDefinition
        {
            Email = notify.Optional("email", EmailRule.Address),
            Webhook = notify.Optional("webhook", ReferenceRule.Reference),
            On = on ?? new NotifyDefinition().On,
        };
    }
}
