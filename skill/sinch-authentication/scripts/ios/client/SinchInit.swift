// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): build the client.
// Written for SinchRTC 5.40.13, iOS 12 or newer. Install: .package(url: "https://github.com/sinch/sinch-ios-sdk-spm", from: "5.40.13")

import Foundation
import SinchRTC

/// Keep one for as long as the user is signed in: the SDK holds its delegate weakly.
final class SinchCalling: NSObject, SinchClientDelegate {
  private let client: SinchClient
  private let tokenURL: URL

  /// - Parameters:
  ///   - applicationKey: public; the Application Secret stays on your backend.
  ///   - userId: who is signed in, as your backend writes it into the token.
  ///   - tokenURL: your own endpoint; it checks who is signed in and answers a new registration token, as text.
  init(applicationKey: String, userId: String, tokenURL: URL) throws {
    self.tokenURL = tokenURL
    client = try SinchRTC.client(
      withApplicationKey: applicationKey,
      environmentHost: "ocra.api.sinch.com",
      userId: userId)
    super.init()
    client.delegate = self
  }

  func start() {
    client.enableManagedPushNotifications()
    client.start()
  }

  /// Asked at a start, and again later: every branch registers or says that it failed.
  func clientRequiresRegistrationCredentials(
    _ client: SinchClient, withCallback callback: SinchClientRegistration
  ) {
    var request = URLRequest(url: tokenURL, timeoutInterval: 10)
    request.httpMethod = "POST"
    URLSession.shared.dataTask(with: request) { data, response, error in
      let status = (response as? HTTPURLResponse)?.statusCode
      let token = data.flatMap { String(data: $0, encoding: .utf8) }?
        .trimmingCharacters(in: .whitespacesAndNewlines)
      guard status == 200, let token = token, !token.isEmpty else {
        callback.registerDidFail(error: error ?? URLError(.userAuthenticationRequired))
        return
      }
      callback.register(withJWT: token)
    }.resume()
  }

  func clientDidStart(_ client: SinchClient) {
    print("Sinch: online, the registration token was accepted")
  }

  func clientDidFail(_ client: SinchClient, error: Error) {
    print("Sinch: failed: \(error)")
  }
}
