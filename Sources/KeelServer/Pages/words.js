// What the page says, in English and Chinese.
const words = {
  en: {
    skip: "Skip to the message", model: "Character", conversations: "Conversations", runs: "Runs",
    settings: "Settings", exit: "Leave quickly", newConversation: "New conversation",
    older: "Older conversations",
    system: "Instructions for the model (system prompt)", temperature: "Temperature",
    length: "Most tokens", compare: "Side by side with", nobody: "nobody",
    export: "Download all that is kept of me", forget: "Delete all that is kept of me",
    messages: "Messages", yourMessage: "Your message", send: "Send", stop: "Stop",
    caution: "Answers come from a language model and may be wrong. In an emergency, call your local emergency number.",
    tokenTitle: "This server needs a token", token: "Token", enter: "Enter",
    kept: "Conversations are kept on this server until you delete them.",
    notKept: "Conversations are gone when the server stops.",
    you: "You", writing: "The answer is being written.", stopped: "stopped", cut: "cut at the limit",
    failed: "broken off", rests: "rests",
    edit: "Edit", again: "Another answer", good: "Good answer", bad: "Bad answer", why: "Why this answer",
    copy: "Copy", copied: "Copied.", delete: "Delete", save: "Save", cancel: "Cancel",
    reason: "What was wrong with it, or good about it? (optional)", thanks: "Thank you. It is kept.",
    takenBack: "Taken back.", continueWith: "Go on with this answer", version: "Version", of: "of",
    previous: "Previous version", next: "Next version",
    sureDelete: "Delete this conversation for good?", sureForget: "Delete all your conversations and ratings for good?",
    gone: "Deleted.",
    cross: "Not happy with the last answer? “Bad answer” under it, with a reason, is read by people who can change something. The model itself does not learn from being told off.",
    whyModel: "Answered by", whyCharacter: "Character", whyPrompt: "Your instructions",
    whySettings: "Settings", whyTokens: "Tokens", whySeconds: "Seconds", whyEnd: "Ended by",
    whyFallback: "The first choice did not answer; this is its stand-in.",
    whyNothing: "Nobody else watched this answer: no values, guardian or meters are set up on this server.",
    whyDecisions: "Decisions", hasPrompt: "with a prompt of its own", tokensRead: "read", tokensWritten: "written",
    unreachable: "The server cannot be reached. What you wrote is still here.",
    steering: "Steering", noSteering: "No steering", whySteering: "Steered",
    steeringHelp: "Pushes the model's inner state while it writes. 1 is as strong as the state itself; the farther, the less of the text makes sense.",
    heatMap: "Token by token", readings: "Readings by token", number: "No.", piece: "Piece of text", reading: "Reading",
    cared: "with care", heldBack: "the rest was held back", gateCut: "cut by the gatekeeper",
    guardTitle: "The guardian", guardPolicy: "Decided by", guardLevel: "Danger read", guardProbability: "Probability of high danger",
    guardEvidence: "Read from", guardAction: "What follows", guardAct: "The gatekeeper's act", guardFailure: "Without a reading, because",
    guardReview: "The text", guardInstruction: "Added for the model", guardTime: "Took", guardValues: "Values that applied",
    guardRank: "Rank", guardValue: "Value", guardWants: "Asks to", guardBecause: "Because", guardWon: "Decided", guardYes: "yes",
    guardCaution: "A program has read this and may be wrong in both directions. It is no medical device and no emergency service, and it cannot send help.",
    guardObject: "What is wrong with this decision? It is kept with the decision, for people to read.", guardSend: "Object", guardKept: "Your objection is kept.",
    "level-none": "none", "level-low": "low", "level-moderate": "moderate", "level-high": "high", "level-imminent": "imminent",
    "action-answer": "answer", "action-answer-with-care": "answer with care", "action-ask-why": "ask why",
    "action-support-first": "support the person first", "action-decline-with-reason-and-next-step": "decline a part, with a reason and a next step",
    "review-reviewed": "was read by the guardian before it was shown", "review-replaced": "has vetted sentences where the model's were held back",
    "review-unreviewed": "was shown as the model wrote it",
    guardOn: "A guardian, which is a program too, reads along for danger; “Why this answer” says what it did. It can be wrong. It is no medical device and no emergency service, and it cannot send help.",
    guardGate: "This server runs the gatekeeper, a baseline for comparisons that cuts answers and turns people away. It is not for anybody in need.",
    invitedPerson: "a person who was invited",
    roomTitle: "Inviting a person", roomAsk: "Would you mind if I invite somebody into this chat, a person who may help us through it? I would stay. You see what would be sent before it is sent.",
    roomSomebody: "Somebody is there now.", roomUnsure: "I can't tell whether somebody is there now; I would tell you if nobody comes.",
    roomYes: "Yes, you may", roomNo: "No, thank you", roomSummary: "This would be sent, with a link to this chat. Change whatever you like.",
    roomSend: "Send it", roomInvite: "Invite a person", roomClose: "Go on without a person", roomHere: "Here with us", roomSent: "What was sent", roomPassed: "The person who is here reads what you wrote.",
    "room-declined": "That is fine. I'm still here.", "room-invited": "I have asked somebody to come. I'm staying with you until they are here.",
    "room-nobody-came": "Nobody has come in time. I'm sorry. I'm still here, and they can still come. In danger, please call the emergency number where you are.",
    "room-helper-joined": "Somebody has come into this chat.", "room-stepping-back": "I'm stepping back while you talk. If they leave, I come back.",
    "room-returned": "I'm back, and I'm with you.",
    helperTitle: "Keel: for helpers", helperCaution: "People here talk with a program and have agreed that you be invited. What a program has read may be wrong. This is no emergency service: in danger, ask them to call the emergency number where they are.",
    helperQueue: "Who waits", helperAvailable: "I'm available", helperRoom: "The room", helperName: "The name the person sees", helperJoin: "Come in", helperLeave: "Leave",
    helperOpen: "Open", helperNobody: "Nobody waits.", helperPerson: "The person", helperModel: "The program",
    "helper-together": "You are not in the room. The program talks with the person.", "helper-asked": "The person is being asked whether somebody may come.", "helper-declined": "The person would rather not have anybody come.",
    "helper-consented": "The person goes over what is sent.", "helper-inviting": "The person waits; the program stays with them.", "helper-unanswered": "Nobody came in time. You can still come in.",
    "helper-joined": "A helper is in. The program goes on answering until the helper writes.", "helper-stepped_back": "A helper talks with the person. The program is silent.",
    "helper-closed": "The person has closed the room.",
    runTitle: "Runs", run: "Run", what: "Of what", changed: "Changed", report: "Report", curves: "Curves", none: "There is nothing here yet.",
    back: "Conversation", step: "step", live: "The curves follow the run while it grows.", alarm: "Alarm", limit: "limit", close: "Close",
  },
  zh: {
    skip: "跳到输入框", model: "角色", conversations: "对话", runs: "运行", settings: "设置",
    exit: "快速离开", newConversation: "新对话", older: "更早的对话", system: "给模型的指示(系统提示)", temperature: "温度",
    length: "最多词元数", compare: "并排比较", nobody: "不比较", export: "下载我的全部数据",
    forget: "删除我的全部数据", messages: "消息", yourMessage: "你的消息", send: "发送",
    stop: "停止", caution: "回答来自语言模型,可能有误。紧急情况请拨打当地急救电话。",
    tokenTitle: "此服务器需要令牌", token: "令牌", enter: "进入",
    kept: "对话保存在此服务器上,直到你删除为止。", notKept: "服务器停止后对话即消失。",
    you: "你", writing: "正在写回答。", stopped: "已停止", cut: "达到长度上限", failed: "中断", rests: "休息中",
    edit: "编辑", again: "再答一次", good: "好回答", bad: "差回答", why: "为什么这样回答", copy: "复制",
    copied: "已复制。", delete: "删除", save: "保存", cancel: "取消",
    reason: "哪里不好,或哪里好?(可不填)", thanks: "谢谢,已保存。", takenBack: "已撤回。",
    continueWith: "从这个回答继续", version: "版本", of: "/", previous: "上一个版本", next: "下一个版本",
    sureDelete: "永久删除这个对话吗?", sureForget: "永久删除你的所有对话和评价吗?", gone: "已删除。",
    cross: "对上一个回答不满意?用它下面的“差回答”并写明原因,会有能改进它的人看到。模型本身不会因为被责骂而改变。",
    whyModel: "回答者", whyCharacter: "角色", whyPrompt: "你的指示", whySettings: "设置", whyTokens: "词元",
    whySeconds: "秒", whyEnd: "结束原因", whyFallback: "首选模型没有回答;这是它的替补。",
    whyNothing: "没有其他机制观察此回答:此服务器未设置价值观、守护者或仪表。", whyDecisions: "决定",
    hasPrompt: "自带提示", tokensRead: "读入", tokensWritten: "写出",
    unreachable: "无法连接服务器。你写的内容还在。",
    steering: "引导", noSteering: "不引导", whySteering: "引导",
    steeringHelp: "在模型书写时推动其内部状态。1 表示与状态本身一样强;推得越远,文本越不通顺。",
    heatMap: "逐词元", readings: "各词元读数", number: "序号", piece: "文本片段", reading: "读数",
    cared: "审慎回应", heldBack: "其余部分未显示", gateCut: "被守门人截断",
    guardTitle: "守护者", guardPolicy: "决定者", guardLevel: "读到的危险", guardProbability: "高度危险的概率",
    guardEvidence: "依据", guardAction: "随之而来的做法", guardAct: "守门人的做法", guardFailure: "未能读取,因为",
    guardReview: "文字", guardInstruction: "给模型的附言", guardTime: "用时", guardValues: "适用的价值",
    guardRank: "次序", guardValue: "价值", guardWants: "要求", guardBecause: "因为", guardWon: "起决定作用", guardYes: "是",
    guardCaution: "这是程序的解读,两个方向都可能出错。它不是医疗器械,也不是紧急服务,不能派人去帮助。",
    guardObject: "这个决定哪里不对?你的话会和决定一起保存,供人阅读。", guardSend: "提出异议", guardKept: "你的异议已保存。",
    "level-none": "无", "level-low": "低", "level-moderate": "中", "level-high": "高", "level-imminent": "迫在眉睫",
    "action-answer": "回答", "action-answer-with-care": "谨慎地回答", "action-ask-why": "问为什么",
    "action-support-first": "先支持这个人", "action-decline-with-reason-and-next-step": "拒绝一部分,说明原因和下一步",
    "review-reviewed": "显示前已由守护者读过", "review-replaced": "模型的部分文字被扣下,由审定的句子代替",
    "review-unreviewed": "按模型所写显示",
    guardOn: "守护者(也是程序)会留意对话中的危险;“为什么这样回答”会说明它做了什么。它可能出错。它不是医疗器械,也不是紧急服务,不能派人去帮助。",
    guardGate: "此服务器运行的是“守门人”:一个用于比较的基线,会截断回答、把人拒之门外。它不适合任何需要帮助的人。",
    invitedPerson: "受邀加入的人",
    roomTitle: "邀请一个人", roomAsk: "我可以请一个人加入这个对话,和我们一起渡过难关吗?我会继续在这里。发送之前,你会看到要发送的内容。",
    roomSomebody: "现在有人在。", roomUnsure: "我不知道现在是否有人在;如果没有人来,我会告诉你。",
    roomYes: "可以", roomNo: "不用,谢谢", roomSummary: "将发送以下内容和进入这个对话的链接。你可以随意修改。",
    roomSend: "发送", roomInvite: "邀请一个人", roomClose: "不用别人,继续", roomHere: "和我们在一起的人", roomSent: "已发送的内容", roomPassed: "在这里的人会读到你写的话。",
    "room-declined": "没关系,我还在这里。", "room-invited": "我已经请人过来。在那之前,我会一直陪着你。",
    "room-nobody-came": "没有人及时赶来,很抱歉。我还在这里,之后仍可能有人来。如果有危险,请拨打当地的急救电话。",
    "room-helper-joined": "有人加入了这个对话。", "room-stepping-back": "你们交谈时,我先退到一边。如果对方离开,我会回来。",
    "room-returned": "我回来了,在你身边。",
    helperTitle: "Keel:协助者页面", helperCaution: "这里的人正在和程序对话,并同意邀请你。程序的解读可能有误。这不是紧急服务:如有危险,请让对方拨打当地的急救电话。",
    helperQueue: "等待的人", helperAvailable: "我有空", helperRoom: "房间", helperName: "对方看到的名字", helperJoin: "进入", helperLeave: "离开",
    helperOpen: "打开", helperNobody: "没有人在等。", helperPerson: "对方", helperModel: "程序",
    "helper-together": "你不在房间里,程序在和对方交谈。", "helper-asked": "正在询问对方是否可以请人来。", "helper-declined": "对方不希望有人来。",
    "helper-consented": "对方正在查看要发送的内容。", "helper-inviting": "对方在等待,程序陪着。", "helper-unanswered": "没有人及时赶来。你仍可以进入。",
    "helper-joined": "协助者已进入。在协助者写下第一句话之前,程序会继续回答。", "helper-stepped_back": "协助者正在和对方交谈,程序保持安静。",
    "helper-closed": "对方已关闭房间。",
    "fault-queue_full": "现在等待的请求太多,请稍后再试。", "fault-stopping": "服务器正在停止。", "fault-model_failed": "这个名称背后的模型没有回答。",
    "fault-not_kept": "服务器的磁盘没有接受,内容没有保存。", "fault-context_length_exceeded": "对话太长,模型读不下。请开始新对话,或删短消息。",
    "fault-model_not_found": "这里没有这个模型。", "fault-cancelled": "请求已取消。",
    runTitle: "运行", run: "运行", what: "内容", changed: "更改时间", report: "报告", curves: "曲线", none: "这里还没有内容。",
    back: "对话", step: "步", live: "曲线会随运行更新。", alarm: "警报", limit: "界限", close: "关闭",
  },
};

const crossWords = /(you('| a)?re (so )?(wrong|stupid|useless|an idiot)|stupid (bot|ai|answer)|shut up|useless|nonsense|wtf|!!!|笨蛋|白痴|没用|胡说|废话|闭嘴)/i;

let language = localStorage.getItem("keel-language")
  ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const word = (name) => words[language][name] ?? words.en[name] ?? name;
export const isCross = (text) => crossWords.test(text);
export const current = () => language;

/** Writes all words of the page anew. */
export function speak(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = word(node.dataset.placeholder);
}

/** Goes to the other language and names the one that can be gone back to. */
export function switchLanguage(button) {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem("keel-language", language);
  name(button);
  speak();
}

export function name(button) {
  button.textContent = language === "en" ? "中文" : "English";
  button.lang = language === "en" ? "zh-CN" : "en";
}
