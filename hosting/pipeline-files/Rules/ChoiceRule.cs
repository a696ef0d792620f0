using Headgate.Contracts.Pipelines;

namespace Headgate.PipelineFiles.Rules;

static class ChoiceRule
{
    public static readonly Rule<bool> Flag = Of(("true", true), ("false", false));

    public static readonly Rule<GuardAction> Action = Of(
        ("notify", GuardAction.Notify),
        ("hold", GuardAction.Hold),
        ("pause", GuardAction.Pause),
        ("cancel", GuardAction.Cancel),
        ("force", GuardAction.Force));

    public static readonly Rule<NotifyOccasion> Occasion = Of(
        ("extraction-canceled", NotifyOccasion.ExtractionCanceled),
        ("failed", NotifyOccasion.Failed),
        ("guard", NotifyOccasion.Guard),
        ("deadline", NotifyOccasion.Deadline));

    public static readonly Rule<MisfirePolicy> Misfire = Of(("once", MisfirePolicy.Once), ("skip", MisfirePolicy.Skip));

    public static readonly Rule<NullCursors> Nulls = Of(("refuse", NullCursors.Refuse), ("full", NullCursors.Full));

    public static readonly Rule<OnVanished> Vanished = Of(
        ("keep", OnVanished.Keep),
        ("mark", OnVanished.Mark),
        ("delete", OnVanished.Delete));

    /// <summary>One word and no other.</summary>
    public static Rule<string> Only(string word) => Of((word, word));

    static Rule<T> Of<T>(params (string Word, T Value)[] choices)
    {
        var words = string.Join(", ", choices.Select(c => c.Word));
        return new Rule<T>(choices.Length == 1 ? words : $"one of: {words}", (string text, out T value) =>
        {
            var choice = Array.Find(choices, c => c.Word == text);
            value = choice.Value;
            if (choice.Word is not null)
                return null;
            return Suggestion.For(text, choices.Select(c => c.Word)) is { } near
                ? $"{Shown.Value(text)} is not known, did you mean '{near}'?"
                : $"{Shown.Value(text)} is not known";
        });
    }
}
