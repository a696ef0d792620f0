namespace Headgate.SagaRepository.Tests.Mapping;

public enum ParcelSize
{
    Small,
    Large,
}
