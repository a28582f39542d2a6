// One call of the Java SDK 2.x; whatever goes wrong is printed as Java prints it.
import com.sinch.sdk.SinchClient;
import com.sinch.sdk.models.Configuration;
import com.sinch.sdk.models.ConversationRegion;
import com.sinch.sdk.models.SMSRegion;

public class FaultJava {
  static String env(String name) {
    return System.getenv(name);
  }

  public static void main(String[] given) {
    Configuration.Builder builder = Configuration.builder()
        .setProjectId(env("SINCH_PROJECT_ID"))
        .setKeyId(env("SINCH_KEY_ID"))
        .setKeySecret(env("SINCH_KEY_SECRET"))
        .setApplicationKey(env("SINCH_APPLICATION_KEY"))
        .setApplicationSecret(env("SINCH_APPLICATION_SECRET"))
        .setConversationRegion(ConversationRegion.from(env("SINCH_REGION")))
        .setSmsRegion(SMSRegion.from(env("SINCH_REGION")));
    if (given[0].equals("sms")) {
      builder.setSmsServicePlanId(env("SINCH_SERVICE_PLAN_ID")).setSmsApiToken(env("SINCH_API_TOKEN"));
    }
    SinchClient client = new SinchClient(builder.build());
    switch (given[0]) {
      case "numbers": client.numbers().v1().regions().list(); break;
      case "conversation": client.conversation().v1().apps().list(); break;
      case "sms": client.sms().v1().groups().list(); break;
      case "voice": client.voice().v1().applications().listNumbers(); break;
      case "verification": client.verification().v1().verificationStatus().getByReference("none"); break;
      default: throw new IllegalArgumentException(given[0]);
    }
  }
}
