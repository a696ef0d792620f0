namespace Headgate.Bench;

/// <summary>The measuring itself cannot go on, with a sentence for whoever called it.</summary>
sealed class BenchException(string sentence, Exception? inner = null) : Exception(sentence, inner);
