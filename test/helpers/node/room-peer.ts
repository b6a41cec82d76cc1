/** One participant of a `RoomServer`: its signalling, and the two peer connections LiveKit gives every participant. */
import { randomUUID } from 'node:crypto';
import {
  type AddTrackRequest,
  DataPacket,
  DisconnectReason,
  JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  ParticipantPermission,
  ParticipantUpdate,
  Pong,
  RequestResponse,
  RequestResponse_Reason,
  Room,
  ServerInfo,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SignalTarget,
  TrackInfo,
  TrackPublishedResponse,
  TrackType,
  TrickleRequest,
} from '@livekit/protocol';
import { MediaStream, MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, type RtpPacket } from 'werift';
import type { WebSocket } from 'ws';
import type { RoomWeather } from './room-server.js';

export interface RoomGrant {
  identity: string;
  room: string;
  canPublishData: boolean;
  /** It may set its own attributes. Default false, as LiveKit's. */
  canUpdateOwnMetadata?: boolean | undefined;
  isAgent: boolean;
  attributes: Record<string, string>;
}

const PEER_OPTIONS: ConstructorParameters<typeof RTCPeerConnection>[0] = {
  iceServers: [],
  iceAdditionalHostAddresses: ['127.0.0.1'],
  iceUseIpv6: false,
  bundlePolicy: 'max-bundle',
};

type Channel = 'reliable' | 'lossy';

export class RoomPeer {
  readonly sid = `PA_${randomUUID().slice(0, 12)}`;
  readonly identity: string;
  handleClosed: () => void = () => undefined;
  /** Data packets it sent, by topic. */
  readonly sentData = new Map<string, number>();
  private readonly socket: WebSocket;
  private readonly grant: RoomGrant;
  private readonly room: Set<RoomPeer>;
  private readonly weather: RoomWeather;
  private readonly timestampShift: number;
  private readonly publisher = new RTCPeerConnection(PEER_OPTIONS);
  private readonly subscriber = new RTCPeerConnection(PEER_OPTIONS);
  private readonly outgoing: Partial<Record<Channel, RTCDataChannel>> = {};
  private readonly tracks = new Map<string, { info: TrackInfo; track: MediaStreamTrack | null }>();
  /** Client's track id → ours, of tracks that were announced and have not come. */
  private readonly announced: string[] = [];
  /** Track sid → what forwards it to this participant. */
  private readonly forwarded = new Map<string, MediaStreamTrack>();
  private attributes: Record<string, string>;
  private negotiation: Promise<unknown> = Promise.resolve();
  private answered: (() => void) | null = null;
  private dataDueMs = 0;
  private isClosed = false;

  constructor(socket: WebSocket, grant: RoomGrant, room: Set<RoomPeer>, weather: RoomWeather, timestampShift: number) {
    this.socket = socket;
    this.grant = grant;
    this.identity = grant.identity;
    this.attributes = grant.attributes;
    this.room = room;
    this.weather = weather;
    this.timestampShift = timestampShift;
    socket.on('message', (data) => void this.handleSignal(SignalRequest.fromBinary(data as Buffer)));
    socket.on('close', () => void this.close());
    socket.on('error', () => socket.terminate());
    this.publisher.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((data) => this.handleData(channel.label === '_lossy' ? 'lossy' : 'reliable', data as Buffer));
    });
    this.publisher.onTrack.subscribe((track) => this.handleTrack(track));
    this.trickle(this.publisher, SignalTarget.PUBLISHER);
    this.trickle(this.subscriber, SignalTarget.SUBSCRIBER);
  }

  get info(): ParticipantInfo {
    return new ParticipantInfo({
      sid: this.sid,
      identity: this.identity,
      name: this.identity,
      state: ParticipantInfo_State.ACTIVE,
      kind: this.grant.isAgent ? ParticipantInfo_Kind.AGENT : ParticipantInfo_Kind.STANDARD,
      attributes: this.attributes,
      tracks: [...this.tracks.values()].map(({ info }) => info),
      joinedAt: BigInt(Math.floor(Date.now() / 1000)),
      isPublisher: this.tracks.size > 0,
      permission: new ParticipantPermission({
        canSubscribe: true,
        canPublish: true,
        canPublishData: this.grant.canPublishData,
        canUpdateMetadata: this.grant.canUpdateOwnMetadata ?? false,
      }),
    });
  }

  async join(): Promise<void> {
    const others = [...this.room].filter((peer) => peer !== this);
    this.signal({
      case: 'join',
      value: new JoinResponse({
        room: new Room({ sid: 'RM_test', name: this.grant.room }),
        participant: this.info,
        otherParticipants: others.map((peer) => peer.info),
        serverVersion: '1.9.0',
        serverInfo: new ServerInfo({ version: '1.9.0', protocol: 15 }),
        subscriberPrimary: true,
        pingTimeout: 15,
        pingInterval: 5,
      }),
    });
    this.outgoing.reliable = this.subscriber.createDataChannel('_reliable', { ordered: true });
    this.outgoing.lossy = this.subscriber.createDataChannel('_lossy', { ordered: true, maxRetransmits: 0 });
    this.announce();
    for (const peer of others) for (const { info, track } of peer.tracks.values()) if (track) this.forward(peer, info, track);
    await this.negotiate();
  }

  /** For a client that wants to resume: this server remembers nothing. */
  demandNewSession(): void {
    this.signal({ case: 'leave', value: new LeaveRequest({ action: LeaveRequest_Action.RECONNECT, canReconnect: true }) });
  }

  /** Throws it out of the room. */
  remove(): void {
    this.signal({
      case: 'leave',
      value: new LeaveRequest({ action: LeaveRequest_Action.DISCONNECT, reason: DisconnectReason.PARTICIPANT_REMOVED }),
    });
    void this.close();
  }

  /** Ends the signalling without a word, as a server that went down. */
  cut(): void {
    this.socket.terminate();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.handleClosed();
    const gone = this.info;
    gone.state = ParticipantInfo_State.DISCONNECTED;
    for (const peer of this.room) peer.signal({ case: 'update', value: new ParticipantUpdate({ participants: [gone] }) });
    this.socket.close();
    await Promise.all([this.publisher.close(), this.subscriber.close()]);
    for (const connection of [this.publisher, this.subscriber]) endAttempts(connection);
  }

  // ---- signalling --------------------------------------------------------------------------------------------------

  private async handleSignal({ message }: SignalRequest): Promise<void> {
    if (this.isClosed) return;
    switch (message.case) {
      case 'offer': {
        await this.publisher.setRemoteDescription({ type: 'offer', sdp: message.value.sdp });
        const answer = await this.publisher.createAnswer();
        await this.publisher.setLocalDescription(answer);
        // Sections that carry nothing are refused by werift, the first of the bundle among them, which would refuse all.
        const sdp = this.publisher.localDescription!.sdp.replace(/^m=(audio|video) 0 /gm, 'm=$1 9 ');
        return this.signal({ case: 'answer', value: new SessionDescription({ type: 'answer', sdp, id: message.value.id }) });
      }
      case 'answer':
        await this.subscriber.setRemoteDescription({ type: 'answer', sdp: message.value.sdp });
        return this.answered?.();
      case 'trickle': {
        const connection = message.value.target === SignalTarget.PUBLISHER ? this.publisher : this.subscriber;
        const candidate = JSON.parse(message.value.candidateInit) as { candidate: string };
        // Browsers hide their addresses behind mDNS names; they find this server by its own candidates.
        if (candidate.candidate && !candidate.candidate.includes('.local'))
          await connection.addIceCandidate(candidate).catch(() => undefined);
        return;
      }
      case 'addTrack':
        return this.handleAddTrack(message.value);
      case 'updateMetadata':
        if (!this.grant.canUpdateOwnMetadata) {
          const reason = RequestResponse_Reason.NOT_ALLOWED;
          return this.signal({ case: 'requestResponse', value: new RequestResponse({ requestId: message.value.requestId, reason }) });
        }
        this.attributes = { ...this.attributes, ...message.value.attributes };
        this.signal({ case: 'requestResponse', value: new RequestResponse({ requestId: message.value.requestId }) });
        return this.announce();
      case 'ping':
        return this.signal({ case: 'pong', value: message.value });
      case 'pingReq':
        return this.signal({
          case: 'pongResp',
          value: new Pong({ lastPingTimestamp: message.value.timestamp, timestamp: BigInt(Date.now()) }),
        });
      case 'leave':
        return this.close();
      default:
    }
  }

  private handleAddTrack({ cid, type, source, name }: AddTrackRequest): void {
    const info = new TrackInfo({
      sid: `TR_${randomUUID().slice(0, 12)}`,
      type,
      source,
      name,
      mimeType: type === TrackType.AUDIO ? 'audio/opus' : 'video/vp8',
    });
    this.tracks.set(info.sid, { info, track: null });
    this.announced.push(info.sid);
    this.signal({ case: 'trackPublished', value: new TrackPublishedResponse({ cid, track: info }) });
  }

  private signal(message: SignalResponse['message']): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(new SignalResponse({ message }).toBinary());
  }

  private announce(): void {
    for (const peer of this.room) peer.signal({ case: 'update', value: new ParticipantUpdate({ participants: [this.info] }) });
  }

  private trickle(connection: RTCPeerConnection, target: SignalTarget): void {
    connection.onIceCandidate.subscribe((candidate) => {
      if (candidate)
        this.signal({ case: 'trickle', value: new TrickleRequest({ candidateInit: JSON.stringify(candidate.toJSON()), target }) });
    });
  }

  /** One offer at a time. */
  private negotiate(): Promise<unknown> {
    this.negotiation = this.negotiation.then(async () => {
      if (this.isClosed) return;
      const answered = new Promise<void>((resolve) => (this.answered = resolve));
      await this.subscriber.setLocalDescription(await this.subscriber.createOffer());
      this.signal({ case: 'offer', value: new SessionDescription({ type: 'offer', sdp: this.subscriber.localDescription!.sdp }) });
      await answered;
    });
    return this.negotiation;
  }

  // ---- media -------------------------------------------------------------------------------------------------------

  private handleTrack(track: MediaStreamTrack): void {
    const sid = this.announced.shift();
    const entry = sid ? this.tracks.get(sid) : undefined;
    if (!entry) return;
    entry.track = track;
    track.onReceiveRtp.subscribe((packet) => {
      for (const peer of this.room) if (peer !== this) peer.sendRtp(entry.info.sid, packet);
    });
    this.announce();
    for (const peer of this.room) {
      if (peer === this) continue;
      peer.forward(this, entry.info, track);
      void peer.negotiate();
    }
  }

  private forward(owner: RoomPeer, info: TrackInfo, source: MediaStreamTrack): void {
    const track = new MediaStreamTrack({ kind: source.kind, id: info.sid });
    const stream = new MediaStream({ id: `${owner.sid}|${info.sid}`, tracks: [] });
    this.subscriber.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    this.forwarded.set(info.sid, track);
  }

  private sendRtp(trackSid: string, packet: RtpPacket): void {
    const track = this.forwarded.get(trackSid);
    const { isCut, audioDelayMs, audioJitterMs } = this.weather;
    if (!track || isCut) return;
    const copy = packet.clone();
    copy.header.timestamp = (copy.header.timestamp + this.timestampShift) >>> 0;
    const delayMs = audioDelayMs + Math.random() * audioJitterMs;
    if (delayMs > 0) setTimeout(() => track.writeRtp(copy), delayMs);
    else track.writeRtp(copy);
  }

  // ---- data --------------------------------------------------------------------------------------------------------

  private handleData(channel: Channel, bytes: Buffer): void {
    if (!this.grant.canPublishData) return;
    const packet = DataPacket.fromBinary(bytes);
    packet.participantIdentity = this.identity;
    packet.participantSid = this.sid;
    if (packet.value.case === 'user') {
      packet.value.value.participantIdentity = this.identity;
      packet.value.value.participantSid = this.sid;
      const topic = packet.value.value.topic ?? '';
      this.sentData.set(topic, (this.sentData.get(topic) ?? 0) + 1);
    }
    const wanted = packet.destinationIdentities;
    const forwardedBytes = Buffer.from(packet.toBinary());
    for (const peer of this.room) {
      if (peer !== this && (wanted.length === 0 || wanted.includes(peer.identity))) peer.sendData(channel, forwardedBytes);
    }
  }

  private sendData(channel: Channel, bytes: Buffer): void {
    const { isCut, dataDelayMs, dataJitterMs, lostShare, repeatedShare } = this.weather;
    if (isCut || (channel === 'lossy' && Math.random() < lostShare)) return;
    const send = (): void => {
      const target = this.outgoing[channel];
      if (target?.readyState !== 'open') return;
      target.send(bytes);
      if (Math.random() < repeatedShare) target.send(bytes);
    };
    const now = performance.now();
    this.dataDueMs = Math.max(this.dataDueMs, now + dataDelayMs + Math.random() * dataJitterMs);
    if (this.dataDueMs > now) setTimeout(send, this.dataDueMs - now);
    else send();
  }
}

/**
 * werift goes on with ICE checks (for ever) and DTLS handshakes (for 33 s) that were under way at `close()`, which keeps the process
 * running.
 */
function endAttempts(connection: RTCPeerConnection): void {
  for (const { iceTransport, dtls } of connection.dtlsTransports) {
    Object.assign(iceTransport.connection, { connect: async () => undefined, checkList: [], checkListDone: true });
    if (dtls) dtls.dtls.flight = Number.MAX_SAFE_INTEGER;
  }
}
